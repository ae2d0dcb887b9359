#if MPI
  import CLinux
  import CMPI
  import ClusterHosts
  import ControlCluster
  import Glibc

  /// The process as a whole: it joins the other ranks, does its part, and leaves them in order.
  enum Agent {
    static func run() -> Never {
      // Ctrl-C is the launchers' to handle, and a reader that has gone away no reason to end.
      for signal in [SIGINT, SIGHUP, SIGPIPE] { Glibc.signal(signal, SIG_IGN) }
      _ = linux_shortest_timer_slack()
      do {
        // What a host's launcher, or mpirun, was started with may name another cluster's worker: the rank decides, and MPI
        // has told it before it is asked.
        let rank = System.environment("OMPI_COMM_WORLD_RANK") ?? System.environment("PMIX_RANK")
        let isComplete = rank == "0" ? try runHead() : try runHost()
        if isComplete { endTogether() }
        _exit(0)
      } catch {
        System.print(error: "\(error)")
        // To be seen by mpirun, which ends the other ranks unless it has been told not to.
        _exit(1)
      }
    }

    /// - Returns: whether all ranks are there to the end.
    private static func runHead() throws -> Bool {
      let segment = try Segment.fromEnvironment(as: .controller)
      // Ranks are given by the order of the hosts, unless whoever manages the machines has another one.
      let hosts = try join(segment)
      let agent = try HeadAgent(on: segment, slots: RemoteSlots.slotsFromEnvironment(), over: MPINetwork()) {
        host, outgoing, incoming in
        guard let rank = hosts.firstIndex(of: Int32(host)) else {
          throw ClusterError.failed("no rank of MPI is host \(host): two launches meet")
        }
        return try MPILink(to: Int32(rank), outgoing: outgoing, incoming: incoming)
      }
      defer { StepFiguresFile.write(agent.figures) }
      let news = LaunchNews()
      return try agent.run(lostHosts: news.lostHosts)
    }

    private static func runHost() throws -> Bool {
      let segment = try Segment.fromEnvironment(as: .server)
      _ = try join(segment)
      return try HostAgent(on: segment, over: MPINetwork()) { try MPILink(to: 0, outgoing: $0, incoming: $1) }.run()
    }

    /// Waits for all other ranks. That takes as long as the slowest host needs to start, and the run may end before.
    /// - Returns: at rank 0, which host each rank is.
    private static func join(_ segment: Segment) throws -> [Int32] {
      let joined = Joined()
      let watch = try Thread.start {
        while !joined.isTrue {
          // Nothing of MPI may be called before it has started; a rank that fails takes the others with it.
          if segment.phase != .ready || !segment.server.isAlive { _exit(1) }
          usleep(20_000)
        }
      }
      pthread_detach(watch)
      var (rank, size): (Int32, Int32) = (0, 0)
      try MPILink.check(cmpi_start_up(&rank, &size))
      var hosts = [Int32](repeating: -1, count: Int(size))
      try MPILink.check(cmpi_collect(Int32(segment.cluster.hosts?.index ?? -1), &hosts))
      joined.set()
      return hosts
    }

    /// Leaves MPI with all others, or without them when they do not come.
    private static func endTogether() {
      Glibc.signal(SIGALRM) { _ in _exit(0) }
      alarm(3)
      _ = cmpi_shut_down()
    }
  }
#endif

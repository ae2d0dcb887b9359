import ControlCluster
import Glibc

#if MPI
  import CMPI
  import ClusterHosts

  // Rank 0 stands beside the head's simulator, and is started as a worker; every other rank beside its host's launcher, and is
  // started as that one's simulator.
  Agent.run()
#else
  System.print(error: "ccluster-agent: this build has no MPI; 'make agent' builds one that has")
  exit(1)
#endif

import ArgumentParser

/// The hosts of a run, in place of the config's.
struct HostOptions: ParsableArguments {
  @Option(
    name: .customLong("hosts"),
    help: ArgumentHelp(
      """
      Share the controllers out to these hosts, the one of the launch first: names between commas, each with its slots or \
      without (localhost,b:32), slurm for the nodes of the allocation, or a hostfile. It comes before --set.
      """, valueName: "hosts"), completion: .file())
  var hosts: String?
}

#if MPI
  import ClusterHosts
  import ControlCluster
  import Glibc

  /// What the last steps took, for a benchmark: written at the end to the file that `CCLUSTER_STEP_FIGURES` names.
  enum StepFiguresFile {
    static func write(_ figures: StepFigures) {
      guard let path = System.environment("CCLUSTER_STEP_FIGURES") else { return }
      let steps = figures.steps.map { step -> JSONValue in
        [
          "host": .string(step.host), "asked_at_ns": .integer(Int(step.askedAt)), "whole_ns": .integer(Int(step.whole)),
          "on_host_ns": .integer(Int(step.onHost)), "ordering_ns": .integer(Int(step.ordering)),
          "settling_ns": .integer(Int(step.settling)),
        ]
      }
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { return }
      try? System.writeAll(descriptor, Array(JSONValue.array(steps).compact.utf8))
      close(descriptor)
    }
  }
#endif

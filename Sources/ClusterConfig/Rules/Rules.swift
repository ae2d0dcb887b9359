/// What values must be to one another: one rule, one function. Every rule passes over what could not be read.
struct Rules {
  let spec: ClusterSpec
  let limits: ConfigLimits
  let collector: DiagnosticCollector

  func checkAll() {
    clusterNameSyntax()
    identifiers()
    uniqueNames()
    knownJoints()
    limitOrder()
    homingInsideLimits()
    timestepMultiple()
    horizonCoversClusterStep()
    priorityOfPolicy()
    processNames()
    knownProcesses()
    processCycles()
    recordedBuffers()
    recordedRobots()
    recordingRate()
    hostNames()
    hostShares()
    hostRanges()
    processPlaces()
    for buffer in spec.buffers {
      ownership(buffer)
      writerNobodyPlays(buffer)
      stubTakesPart(buffer)
      alignment(buffer)
      emptyBuffer(buffer)
      for field in buffer.fields {
        rank(field)
        unit(field)
        quaternion(field)
        columns(field)
        initial(field)
      }
    }
    memory()
    idleHosts()
    noBuffers()
  }
}

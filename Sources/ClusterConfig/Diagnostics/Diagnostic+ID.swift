extension Diagnostic {
  /// Names the rule that was broken. Stable: scripts and editors may rely on the raw values.
  public enum ID: String, Sendable, CaseIterable {
    // Files and YAML
    case unreadableFile = "unreadable-file"
    case notText = "not-text"
    case emptyFile = "empty-file"
    case yamlSyntax = "yaml-syntax"
    case multipleDocuments = "multiple-documents"
    case unsupportedTag = "unsupported-tag"
    case undefinedAlias = "undefined-alias"
    case mergeKey = "merge-key"
    case complexKey = "complex-key"
    case duplicateKey = "duplicate-key"
    case tooDeep = "too-deep"
    case tooLarge = "too-large"
    case undefinedVariable = "undefined-variable"
    case variableSyntax = "variable-syntax"
    // Putting files together
    case extendsCycle = "extends-cycle"
    case lockedValue = "locked-value"
    case overrideSyntax = "override-syntax"
    case overridePath = "override-path"
    case nothingRemoved = "nothing-removed"
    // Keys and types
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case wrongType = "wrong-type"
    case invalidValue = "invalid-value"
    case outOfRange = "out-of-range"
    case schemaVersion = "schema-version"
    case nameSyntax = "name-syntax"
    case duplicateName = "duplicate-name"
    case reservedName = "reserved-name"
    case duration
    case cores
    case program
    // Dimensions
    case expressionSyntax = "expression-syntax"
    case undefinedDimension = "undefined-dimension"
    case dimensionCycle = "dimension-cycle"
    case inexactDivision = "inexact-division"
    case divisionByZero = "division-by-zero"
    case negativeExtent = "negative-extent"
    case extentOverflow = "extent-overflow"
    case rank
    // Values against each other
    case unknownJoint = "unknown-joint"
    case limitOrder = "limit-order"
    case homingOutsideLimits = "homing-outside-limits"
    case timestepNotMultiple = "timestep-not-multiple"
    case horizonTooShort = "horizon-too-short"
    case priority
    case unknownProcess = "unknown-process"
    case processCycle = "process-cycle"
    case unknownBuffer = "unknown-buffer"
    case recordingRate = "recording-rate"
    case noOwner = "no-owner"
    case align
    case quaternion
    case columns
    case initial
    case noBuffers = "no-buffers"
    case unit
    case noWriter = "no-writer"
    case stubBuffer = "stub-buffer"
    // Several hosts
    case hostList = "host-list"
    case hostfile
    case slurmAllocation = "slurm-allocation"
    case hostShares = "host-shares"
    case idleHost = "idle-host"
    case processPlace = "process-place"
    // Robot descriptions
    case xmlSyntax = "xml-syntax"
    case notExpanded = "not-expanded"
    case notARobot = "not-a-robot"
    case kinematicTree = "kinematic-tree"
    case jointType = "joint-type"
    case unknownLink = "unknown-link"
    case unknownPose = "unknown-pose"
    case unknownBase = "unknown-base"
    case placeholderLimit = "placeholder-limit"
    // The machine
    case missingProgram = "missing-program"
    case machineMemory = "machine-memory"
    case machineCores = "machine-cores"
    case machinePlacement = "machine-placement"
    case machineScheduling = "machine-scheduling"

    /// Those that only a URDF or an SRDF causes, when it is imported.
    package static let robotDescriptions = allCases.filter { $0.chapter == .descriptions }
  }
}

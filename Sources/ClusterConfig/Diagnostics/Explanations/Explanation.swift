/// What a diagnostic means: the rule in words, a config that breaks it, and one that does not.
public struct Explanation: Sendable {
  /// One paragraph: the rule, why there is one, and how to mend what breaks it.
  public let meaning: String
  public let broken: ConfigExample
  public let cured: ConfigExample

  /// The first sentence of the meaning.
  public var summary: String {
    meaning.firstRange(of: ". ").map { String(meaning[..<$0.lowerBound]) + "." } ?? meaning
  }

  init(_ meaning: String, broken: ConfigExample, cured: ConfigExample) {
    self.meaning = meaning
    self.broken = broken
    self.cured = cured
  }
}

extension Diagnostic.ID {
  /// Every id has one: a new id does not compile without.
  public var explanation: Explanation {
    switch self {
    case .unreadableFile: .unreadableFile
    case .notText: .notText
    case .emptyFile: .emptyFile
    case .yamlSyntax: .yamlSyntax
    case .multipleDocuments: .multipleDocuments
    case .unsupportedTag: .unsupportedTag
    case .undefinedAlias: .undefinedAlias
    case .mergeKey: .mergeKey
    case .complexKey: .complexKey
    case .duplicateKey: .duplicateKey
    case .tooDeep: .tooDeep
    case .tooLarge: .tooLarge
    case .undefinedVariable: .undefinedVariable
    case .variableSyntax: .variableSyntax
    case .extendsCycle: .extendsCycle
    case .lockedValue: .lockedValue
    case .overrideSyntax: .overrideSyntax
    case .overridePath: .overridePath
    case .nothingRemoved: .nothingRemoved
    case .unknownKey: .unknownKey
    case .missingKey: .missingKey
    case .wrongType: .wrongType
    case .invalidValue: .invalidValue
    case .outOfRange: .outOfRange
    case .schemaVersion: .schemaVersion
    case .nameSyntax: .nameSyntax
    case .duplicateName: .duplicateName
    case .reservedName: .reservedName
    case .duration: .duration
    case .cores: .cores
    case .program: .program
    case .expressionSyntax: .expressionSyntax
    case .undefinedDimension: .undefinedDimension
    case .dimensionCycle: .dimensionCycle
    case .inexactDivision: .inexactDivision
    case .divisionByZero: .divisionByZero
    case .negativeExtent: .negativeExtent
    case .extentOverflow: .extentOverflow
    case .rank: .rank
    case .unknownJoint: .unknownJoint
    case .limitOrder: .limitOrder
    case .homingOutsideLimits: .homingOutsideLimits
    case .timestepNotMultiple: .timestepNotMultiple
    case .horizonTooShort: .horizonTooShort
    case .priority: .priority
    case .unknownProcess: .unknownProcess
    case .processCycle: .processCycle
    case .unknownBuffer: .unknownBuffer
    case .recordingRate: .recordingRate
    case .hostList: .hostList
    case .hostfile: .hostfile
    case .slurmAllocation: .slurmAllocation
    case .hostShares: .hostShares
    case .idleHost: .idleHost
    case .processPlace: .processPlace
    case .noOwner: .noOwner
    case .align: .align
    case .quaternion: .quaternion
    case .columns: .columns
    case .initial: .initial
    case .noBuffers: .noBuffers
    case .unit: .unit
    case .noWriter: .noWriter
    case .stubBuffer: .stubBuffer
    case .xmlSyntax: .xmlSyntax
    case .notExpanded: .notExpanded
    case .notARobot: .notARobot
    case .kinematicTree: .kinematicTree
    case .jointType: .jointType
    case .unknownLink: .unknownLink
    case .unknownPose: .unknownPose
    case .unknownBase: .unknownBase
    case .placeholderLimit: .placeholderLimit
    case .missingProgram: .missingProgram
    case .machineMemory: .machineMemory
    case .machineCores: .machineCores
    case .machinePlacement: .machinePlacement
    case .machineScheduling: .machineScheduling
    }
  }

  /// The chapter that the id is told in.
  public var chapter: Chapter {
    switch self {
    case .unreadableFile, .notText, .emptyFile, .yamlSyntax, .multipleDocuments, .unsupportedTag, .undefinedAlias,
      .mergeKey, .complexKey, .duplicateKey, .tooDeep, .tooLarge, .undefinedVariable, .variableSyntax:
      .files
    case .extendsCycle, .lockedValue, .overrideSyntax, .overridePath, .nothingRemoved: .assembly
    case .unknownKey, .missingKey, .wrongType, .invalidValue, .outOfRange, .schemaVersion, .nameSyntax, .duplicateName,
      .reservedName, .duration, .cores, .program:
      .keys
    case .expressionSyntax, .undefinedDimension, .dimensionCycle, .inexactDivision, .divisionByZero, .negativeExtent,
      .extentOverflow, .rank:
      .dimensions
    case .unknownJoint, .limitOrder, .homingOutsideLimits, .timestepNotMultiple, .horizonTooShort, .priority,
      .unknownProcess, .processCycle, .unknownBuffer, .recordingRate, .noOwner, .align, .quaternion, .columns, .initial,
      .noBuffers, .unit, .noWriter,
      .stubBuffer:
      .values
    case .hostList, .hostfile, .slurmAllocation, .hostShares, .idleHost, .processPlace: .hosts
    case .xmlSyntax, .notExpanded, .notARobot, .kinematicTree, .jointType, .unknownLink, .unknownPose, .unknownBase,
      .placeholderLimit:
      .descriptions
    case .missingProgram, .machineMemory, .machineCores, .machinePlacement, .machineScheduling: .machine
    }
  }

  public enum Chapter: String, Sendable, CaseIterable {
    case files = "Files and YAML"
    case assembly = "Putting files together"
    case keys = "Keys and types"
    case dimensions = "Dimensions"
    case values = "Values against each other"
    case hosts = "Several hosts"
    case descriptions = "Robot descriptions"
    case machine = "The machine"
  }

  /// The id that was probably meant.
  public static func nearest(to name: String) -> Diagnostic.ID? {
    Suggestion.nearest(to: name, among: allCases.map(\.rawValue)).flatMap(Diagnostic.ID.init)
  }
}

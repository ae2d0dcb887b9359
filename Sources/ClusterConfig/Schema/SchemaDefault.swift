/// A value that may be a key's default: it can be written into the schema.
protocol SchemaDefault {
  var schemaValue: ConfigValue { get }
}

extension Bool: SchemaDefault {
  var schemaValue: ConfigValue { .bool(self) }
}

extension Int: SchemaDefault {
  var schemaValue: ConfigValue { .integer(self) }
}

extension Double: SchemaDefault {
  /// Without a needless `.0`.
  var schemaValue: ConfigValue { Int(exactly: self).map { .integer($0) } ?? .number(self) }
}

extension String: SchemaDefault {
  var schemaValue: ConfigValue { .string(self) }
}

extension Array: SchemaDefault where Element: SchemaDefault {
  var schemaValue: ConfigValue { .sequence(map(\.schemaValue)) }
}

extension Located: SchemaDefault where Value: SchemaDefault {
  var schemaValue: ConfigValue { value.schemaValue }
}

extension ConfigValue: SchemaDefault {
  var schemaValue: ConfigValue { self }
}

extension RawRepresentable<String> where Self: SchemaDefault {
  var schemaValue: ConfigValue { .string(rawValue) }
}

extension ClusterConfig.Robot.Base: SchemaDefault {}
extension ClusterConfig.Controllers.OnFailure: SchemaDefault {}
extension ClusterConfig.Placement.Policy: SchemaDefault {}
extension ClusterConfig.Scheduling.Policy: SchemaDefault {}
extension ClusterConfig.Restart.Policy: SchemaDefault {}
extension ClusterConfig.ExtraProcess.Readiness: SchemaDefault {}
extension ClusterConfig.ExtraProcess.Place: SchemaDefault {}
extension ClusterConfig.Liveness.Action: SchemaDefault {}
extension ClusterConfig.Buffer.Per: SchemaDefault {}
extension ClusterConfig.Buffer.Sync: SchemaDefault {}
extension ClusterConfig.DType: SchemaDefault {}

extension ClusterConfig.Placement.Cores: SchemaDefault {
  var schemaValue: ConfigValue {
    switch self {
    case .all: .string("all")
    case .isolated: .string("isolated")
    case .list(let cores): cores.schemaValue
    }
  }
}

extension ClusterConfig.Program: SchemaDefault {
  var schemaValue: ConfigValue {
    switch self {
    case .builtIn(let name): .string(name)
    case .external: .string("external")
    case .command(let arguments, _, _): .mapping([.init(key: "command", value: arguments.schemaValue)])
    }
  }
}

extension FieldSpec.Columns: SchemaDefault {
  var schemaValue: ConfigValue {
    switch self {
    case .dimension(let list): .string(list)
    case .names(let names): names.schemaValue
    }
  }
}

extension FieldSpec.Initial: SchemaDefault {
  var schemaValue: ConfigValue {
    switch self {
    case .homing: .string("homing")
    case .scalar(let number): number.schemaValue
    case .list(let numbers): numbers.schemaValue
    }
  }
}

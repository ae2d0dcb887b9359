/// A Swift type that a field's elements can be seen as, without conversion.
public protocol FieldElement: BitwiseCopyable, Sendable {
  /// The element types whose bytes this type can be laid over.
  static func canView(_ type: ElementType) -> Bool
}

extension Int8: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .i8 } }
extension Int16: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .i16 } }
extension Int32: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .i32 } }
extension Int64: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .i64 } }
extension UInt16: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .u16 } }
extension UInt32: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .u32 } }
extension UInt64: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .u64 } }
extension Float: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .f32 } }
extension Double: FieldElement { public static func canView(_ type: ElementType) -> Bool { type == .f64 } }
/// A bool is seen as its byte: other programs may store any byte that is not 0 for true, and loading such a byte as `Bool`
/// is undefined.
extension UInt8: FieldElement {
  public static func canView(_ type: ElementType) -> Bool { type == .u8 || type == .bool || type == .char }
}

/// How a name of the config is spelled in generated code: as it is, wherever that is possible, and the same in all languages,
/// so that one search finds it in the config and in every program.
///
/// 1. What is neither an ASCII letter, a digit nor `_` becomes `_`.
/// 2. A name that would start with a digit or `_` gets an `x` in front: languages keep such names for themselves.
/// 3. A word that C, C++, Python, Swift or the generated code itself has taken gets a `_` behind it.
enum BindingName {
  static func identifier(_ name: String) -> String {
    var identifier = ""
    for scalar in name.unicodeScalars { identifier.unicodeScalars.append(isWord(scalar) ? scalar : "_") }
    guard let first = identifier.utf8.first else { return "x" }
    if first == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      identifier = "x" + identifier
    }
    return taken.contains(identifier) ? identifier + "_" : identifier
  }

  /// Of a list: names that are spelled alike also get their place in the list.
  static func identifiers(_ names: [String]) -> [String] {
    let plain = names.map(identifier)
    let uses = Dictionary(plain.map { ($0, 1) }, uniquingKeysWith: +)
    return plain.enumerated().map { uses[$1] == 1 ? $1 : "\($1)_\($0)" }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  private static let taken = Set(
    [c, cPlusPlus, python, swift, own].flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) })

  // C23, with what GCC and glibc define without being asked.
  private static let c = """
    alignas alignof asm auto bool break case char const constexpr continue default do double else enum extern false float
    for goto if inline int long nullptr register restrict return short signed sizeof static static_assert struct switch
    thread_local true typedef typeof typeof_unqual union unsigned void volatile while
    assert errno linux unix i386 stdin stdout stderr NULL EOF BUFSIZ
    """
  // C++23
  private static let cPlusPlus = """
    and and_eq bitand bitor catch char8_t char16_t char32_t class co_await co_return co_yield compl concept const_cast
    consteval constinit decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not not_eq
    operator or or_eq private protected public reinterpret_cast requires static_cast template this throw try typeid
    typename using virtual wchar_t xor xor_eq
    """
  // Python 3.13
  private static let python = """
    False None True and as assert async await break class continue def del elif else except finally for from global if
    import in is lambda nonlocal not or pass raise return try while with yield match case type print
    """
  // Swift 6.3, with what cannot name a member.
  private static let swift = """
    Any Protocol Self Type actor any as associatedtype async await borrowing break case catch class consuming continue
    default defer deinit do dynamic else enum extension fallthrough false fileprivate final for func get guard if import
    in indirect infix init inout internal is isolated lazy let macro mutating nil nonisolated nonmutating open operator
    optional override package postfix precedencegroup prefix private protocol public repeat required rethrows return
    self sending set some static struct subscript super switch throw throws true try typealias unowned var weak where
    while willSet didSet
    """
  // Modules and types that the generated code names.
  private static let own = """
    ControlCluster Swift numpy mmap os struct threading Int Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float Double
    String ClusterError ColumnView RowCopy RowField Segment SegmentRole layoutHash controllers Cluster rowCopy attachedSegment
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t
    """
}

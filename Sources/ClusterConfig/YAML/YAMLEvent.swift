/// One step through a YAML text.
struct YAMLEvent {
  enum Kind {
    case documentStart
    case scalar(String, isPlain: Bool)
    /// The name of an anchor before.
    case alias(String)
    case collectionStart(isMapping: Bool, isFlow: Bool)
    case collectionEnd
    /// What says nothing about values.
    case other
  }

  var kind: Kind
  /// UTF-8 offsets in the source.
  var range: Range<Int>
  var anchor: String?
  /// In full: `tag:yaml.org,2002:str` for `!!str`.
  var tag: String?
}

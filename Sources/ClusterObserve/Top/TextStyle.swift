/// How text stands out on a terminal.
public enum TextStyle: Sendable {
  case bold, dim, reverse
  case red, green, yellow, cyan
}

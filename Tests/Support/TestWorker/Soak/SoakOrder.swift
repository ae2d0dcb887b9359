/// What the soak's simulator asks of a controller, in `soak_orders.order`.
enum SoakOrder: Double {
  case echo
  /// Writes and then throws.
  case fail
  /// Sleeps for `argument` seconds, then echoes.
  case sleep
  /// Writes and then ends its process.
  case exit
  /// Throws when it is reset.
  case failReset
}

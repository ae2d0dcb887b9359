extension Terminal {
  func tell(end reason: String, of name: String) {
    print("\(styled("■", .dim)) '\(name)' has ended: \(reason)")
  }
}

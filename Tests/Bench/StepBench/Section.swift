/// Figures that are told in one table.
struct Section {
  /// Stable: what programs, and `--only`, know it by.
  let key: Key
  let title: String
  /// What the figures stand beside; the heading of its columns.
  let reference: String
  /// How it is measured, for the page: whole sentences.
  let method: String
  /// Each is measured when it is called.
  let figures: [() throws -> Figure]

  enum Key: String, CaseIterable {
    case step, hosting, rows, copies, registration, memory, clients, peers, planning
  }
}

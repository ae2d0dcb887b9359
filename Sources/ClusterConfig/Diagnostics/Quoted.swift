/// A piece of the user's text inside a sentence.
package func quoted(_ text: String) -> String {
  let line = text.prefix { !$0.isNewline }
  let shown = line.prefix(60)
  return "'\(shown)\(shown.count < text.count ? "…" : "")'"
}

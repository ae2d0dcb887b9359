/// A piece of the user's text inside a sentence.
package func quoted(_ text: String) -> String {
  // Never the whole of it: a text may have the size of a file.
  let shown = text.prefix(60).prefix { !$0.isNewline }
  return "'\(shown)\(shown.endIndex < text.endIndex ? "…" : "")'"
}

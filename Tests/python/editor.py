"""What an editor with a YAML language server makes of a schema, for a file in the middle of being written.

The text is cut at the cursor as such servers do: the word under it is replaced by a probe, the rest of its line dropped, and where the
probe then stands in the tree says what may be written there. Values are offered from all alternatives, as servers do.
"""

import yaml
from jsonschema import Draft202012Validator

PROBE = "probeprobeprobe"


class Editor:
    def __init__(self, schema, loader):
        self.schema = schema
        self.loader = loader

    # MARK: Completion

    def completions(self, text):
        """What is offered at the cursor, `|` in the text: names with their descriptions, or values with the key's."""
        before, after = text.split("|", 1)
        root, path, holder, is_key = self._probe(before, after)
        nodes = [self.schema]
        for part in path:
            nodes = [inner for node in nodes for inner in self._inside(node, part)]
        nodes = [form for node in nodes for form in self._forms(node)]
        if is_key:
            taken = {key.value for key, _ in holder.value if key.value != PROBE}
            typed = self._word(before)
            return {
                key: inner.get("description", "") for node in nodes for key, inner in node.get("properties", {}).items()
                if key not in taken and key.startswith(typed)}
        words = [word for node in nodes for word in self._values(node)]
        return {word: "" for word in words if str(word).startswith(self._word(before))}

    def description(self, *path):
        """What is shown for a key under the mouse."""
        nodes = [self.schema]
        for part in path:
            nodes = [inner for node in nodes for inner in self._inside(node, part)]
        return next(node["description"] for node in nodes if "description" in node)

    @staticmethod
    def _word(before):
        """What is typed of the word at the cursor."""
        return before[len(before.rstrip("abcdefghijklmnopqrstuvwxyz_0123456789-")):]

    def _probe(self, before, after):
        """The tree with the probe in it, the path of the value or mapping around it, that mapping, and whether it is a key."""
        before = before[:len(before) - len(self._word(before))]
        line_end = after.find("\n")
        rest = "" if line_end < 0 else after[line_end:]
        closing = after if line_end < 0 else after[:line_end]
        closing = "".join(character for character in closing if character in "]}")
        for probe in (PROBE + ": x", PROBE):
            # What follows may be broken too: then only what stands before counts.
            for tail in (closing + rest, closing):
                try:
                    root = yaml.compose(before + probe + tail, self.loader)
                except yaml.YAMLError:
                    continue
                found = self._find(root, ())
                if found:
                    return root, *found
        raise AssertionError("no reading of the text has the cursor in it")

    def _find(self, node, path):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == PROBE:
                    return path, node, True
                found = self._find(value, path + (key.value,))
                if found:
                    return found
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                found = self._find(item, path + (index,))
                if found:
                    return found
        elif node.value == PROBE:
            return path, None, False
        return None

    def _forms(self, node):
        """The schema and all its alternatives, references followed."""
        if "$ref" in node:
            target = self.schema
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            yield from self._forms(target)
        yield node
        for alternative in node.get("anyOf", []):
            yield from self._forms(alternative)

    def _inside(self, node, part):
        for form in self._forms(node):
            if isinstance(part, int):
                if "items" in form:
                    yield form["items"]
            elif part in form.get("properties", {}):
                yield form["properties"][part]
            elif isinstance(form.get("additionalProperties"), dict):
                yield form["additionalProperties"]

    @staticmethod
    def _values(node):
        yield from (word for word in node.get("enum", []) if word is not None)
        kinds = node.get("type", [])
        # Where any text may stand, true and false are no suggestions.
        if "boolean" in kinds and "number" not in kinds:
            yield from ("true", "false")
        if isinstance(node.get("default"), (str, int)) and node["default"] != "":
            yield node["default"]

    # MARK: Errors

    def errors(self, text):
        """(line, message) of each problem; a text that is no YAML has its reader's."""
        try:
            root = yaml.compose(text, self.loader)
        except yaml.MarkedYAMLError as error:
            return [(error.problem_mark.line + 1, error.problem)]
        value = yaml.load(text, self.loader)
        found = []
        for error in Draft202012Validator(self.schema).iter_errors(value):
            found.append((self._line(root, list(error.absolute_path)), error.message))
        return sorted(found)

    @staticmethod
    def _line(node, path):
        line = node.start_mark.line
        for part in path:
            if isinstance(node, yaml.SequenceNode):
                node = node.value[part]
                line = node.start_mark.line
            else:
                key, node = next(entry for entry in node.value if entry[0].value == part)
                line = key.start_mark.line
        return line + 1

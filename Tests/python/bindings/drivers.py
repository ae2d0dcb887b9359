"""Programs around a generated binding, one a language, that write and print every element through the binding alone.

    driver ROLE fill SEED      writes every buffer of that role
    driver observer dump       prints every element: buffer row field element value
    driver ROLE spin BUFFER    publishes rows of a `latest` buffer, each of one value, until it is killed: some at once, then
                               others after pauses, so that readers meet all kinds of moments and are not starved
    driver observer watch BUFFER COUNT
                               reads so many different ones; prints how many were torn
    driver observer check FILE says what the binding says of a file's bytes (C and Python)

Names and shapes come from `ccluster map --json`; how a name is spelled is told here once more, in three lines.
"""

import itertools
import json
import math
import re
import sys
from pathlib import Path

import numpy

CTYPES = {"bool": "uint8_t", "char": "char", "f32": "float", "f64": "double",
          **{f"{kind}{bits}": f"{'u' if kind == 'u' else ''}int{bits}_t" for kind in "iu" for bits in (8, 16, 32, 64)}}
SWIFT = {"bool": "UInt8", "char": "UInt8", "f32": "Float", "f64": "Double",
         **{f"{kind}{bits}": f"{'U' if kind == 'u' else ''}Int{bits}" for kind in "iu" for bits in (8, 16, 32, 64)}}
NUMPY = {"bool": "u1", "char": "S1", **{name: f"{name[0]}{int(name[1:]) // 8}" for name in CTYPES if name[1:].isdigit()}}
# Values use the width of their type: a program that took another one would not write the same.
SCALES = {"i8": 1, "i16": 300, "i32": 21_000_000, "i64": 92 * 10**15, "u8": 2, "u16": 600, "u32": 42_000_000, "u64": 180 * 10**15}
TAKEN = {"class", "double", "self", "import", "linux", "errno", "int", "rowCopy"}


def identifier(name):
    name = re.sub("[^A-Za-z0-9_]", "_", name)
    name = name if name[0].isalpha() else "x" + name
    return name + "_" if name in TAKEN else name


def value(dtype, number):
    """What a fill with that number writes."""
    number %= 100
    if dtype == "bool":
        return number % 2
    if dtype == "char":
        return 65 + number % 26
    if dtype[0] == "f":
        return number * 0.25
    return (number - 50 if dtype[0] == "i" else number) * SCALES[dtype]


def number(seed, buffer, row, field, element):
    return seed * 31 + buffer * 7 + row * 5 + field * 3 + element


def elements(planned, seed):
    """All that is in the memory after fills with that seed: {(buffer, row, field, element): value}."""
    return {
        (buffer["name"], row, field["name"], e): value(field["dtype"], number(seed, b, row, f, e))
        for b, buffer in enumerate(planned["buffers"]) for row in range(buffer["rows"])
        for f, field in enumerate(buffer["fields"]) for e in range(math.prod(field["shape"]))}


def parse(text):
    found = {}
    for line in text.splitlines():
        buffer, row, field, element, what = line.split()
        found[buffer, int(row), field, int(element)] = float(what) if "." in what else int(what)
    return found


def expression(dtype, text, suffix=""):
    """`value`, in C and in Swift."""
    if dtype == "bool":
        return f"({text}) % 100 % 2"
    if dtype == "char":
        return f"65 + ({text}) % 100 % 26"
    if dtype[0] == "f":
        return None
    return f"(({text}) % 100{' - 50' if dtype[0] == 'i' else ''}) * {SCALES[dtype]}{suffix}"


# MARK: C and C++

def c_source(header, prefix, planned):
    fill, dump, spin, watch = [], [], [], []
    for b, buffer in enumerate(planned["buffers"]):
        fields = [(f, field) for f, field in enumerate(buffer["fields"]) if math.prod(field["shape"])]
        if not fields:
            continue
        name = f"{prefix}_{identifier(buffer['name'])}"
        latest = buffer["sync"] == "latest"
        take = (f"{name}_row copy, *row = &copy; {name}_read(&cluster, r, row);" if latest
                else f"{name}_row *row = {name}_at(&cluster, r);")
        loop = f"  for (uint32_t r = 0; r < {name}_rows; r++) {{ {take}"
        fill.append(f'  if (role == {prefix}_role_{buffer["writer"]})\n{loop}')
        dump.append(loop)
        for f, field in fields:
            member, loops, strides = f"row->{identifier(field['name'])}", "", []
            for axis, extent in enumerate(field["shape"]):
                loops += f"for (int i{axis} = 0; i{axis} < {extent}; i{axis}++) "
                member += f"[i{axis}]"
                strides.append(f"i{axis} * {math.prod(field['shape'][axis + 1:])}")
            element = " + ".join(strides) or "0"
            n = f"seed * 31 + {b * 7 + f * 3} + (int)r * 5 + {element}"
            text = expression(field["dtype"], n, "LL" if field["dtype"][0] == "i" else "ULL")
            ctype = CTYPES[field["dtype"]]
            fill.append(f"    {loops}{member} = ({ctype})({text or f'({n}) % 100 * 0.25'});")
            form, cast = ("%.6f", "double") if field["dtype"][0] == "f" else (
                ("%" + ("lld" if field["dtype"][0] == "i" else "llu")), ("" if field["dtype"][0] == "i" else "unsigned ") + "long long")
            dump.append(f"    {loops}printf(\"{buffer['name']} %u {field['name']} %d {form}\\n\", r, {element}, ({cast}){member});")
        if latest:
            fill.append(f"    {name}_write(&cluster, r, row);")
            first = f"row.{identifier(fields[0][1]['name'])}"
            count = fields[0][1]["shape"][0] if len(fields[0][1]["shape"]) == 1 and fields[0][1]["dtype"] == "f64" else 0
            if count:
                spin.append(f"""  if (strcmp(argv[3], "{buffer['name']}") == 0) {{
    {name}_row row; memset(&row, 0, sizeof row);
    for (int k = 1;; k++) {{
      for (int i = 0; i < {count}; i++) {first}[i] = k;
      {name}_write(&cluster, 0, &row);
      for (volatile int i = 0; i < (k % 4 ? 0 : k % 40 * 500); i = i + 1) {{}}
    }}
  }}""")
                watch.append(f"""  if (strcmp(argv[3], "{buffer['name']}") == 0) {{
    {name}_row row; int torn = 0, seen = 0; double last = -1;
    while (seen < atoi(argv[4])) {{
      {name}_read(&cluster, 0, &row);
      for (int i = 0; i < {count}; i++) if ({first}[i] != {first}[0]) {{ torn++; break; }}
      if ({first}[0] != last) seen++;
      last = {first}[0];
    }}
    printf("%d\\n", torn);
  }}""")
        fill.append("  }")
        dump.append("  }")
    joined = {key: "\n".join(lines) for key, lines in dict(fill=fill, dump=dump, spin=spin, watch=watch).items()}
    return f"""#include "{header}"

int main(int argc, char **argv) {{
  const char *names[] = {{"simulator", "controller", "tool", "observer"}};
  {prefix}_role roles[] = {{{prefix}_role_simulator, {prefix}_role_controller, {prefix}_role_tool, {prefix}_role_observer}};
  {prefix}_role role = {prefix}_role_observer;
  for (int i = 0; i < 4; i++) if (strcmp(argv[1], names[i]) == 0) role = roles[i];
  {prefix}_cluster cluster;
  char reason[{prefix}_reason_size];
  if (strcmp(argv[2], "check") == 0) {{
    int file = open(argv[3], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) return 3;
    void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
    if ({prefix}_matches(memory, (uint64_t)status.st_size, reason) != {prefix}_bind(&cluster, memory, (uint64_t)status.st_size, reason)) return 4;
    puts(cluster.memory ? "it matches" : reason);
    return 0;
  }}
  if (!{prefix}_attach(&cluster, NULL, role, reason)) {{ fprintf(stderr, "%s\\n", reason); return 2; }}
  int seed = argc > 3 ? atoi(argv[3]) : 0;
  (void)seed;
  if (strcmp(argv[2], "fill") == 0) {{
{joined["fill"]}
  }}
  if (strcmp(argv[2], "dump") == 0) {{
{joined["dump"]}
  }}
  if (strcmp(argv[2], "spin") == 0) {{
{joined["spin"]}
  }}
  if (strcmp(argv[2], "watch") == 0) {{
{joined["watch"]}
  }}
  {prefix}_detach(&cluster);
  return 0;
}}
"""


# MARK: Swift

def swift_source(namespace, planned):
    fill, dump, spin, watch = [], [], [], []
    for b, buffer in enumerate(planned["buffers"]):
        name, latest = identifier(buffer["name"]), buffer["sync"] == "latest"
        fields = [(f, field) for f, field in enumerate(buffer["fields"]) if math.prod(field["shape"])]
        if not fields:
            continue
        loop = f"  for r in 0..<{buffer['rows']} {{"
        take = f"    let row = try cluster.{name}(of: r); row.rowCopy.read()" if latest else ""
        fill += [f"  if roleName == \"{buffer['writer']}\" {{", loop, take]
        dump += [loop, take]
        for f, field in fields:
            count, member = math.prod(field["shape"]), identifier(field["name"])
            place = f"row.{member}[e]" if latest else f"cluster.{name}.{member}[r, e]"
            n = f"seed * 31 + {b * 7 + f * 3} + r * 5 + e"
            # UInt64's largest does not fit into an Int.
            text = expression(field["dtype"], n)
            if field["dtype"] == "u64":
                text = f"UInt64(({n}) % 100) * {SCALES['u64']}"
            fill.append(f"    for e in 0..<{count} {{ {place} = {SWIFT[field['dtype']]}({text or f'Double(({n}) % 100) * 0.25'}) }}")
            shown = f"Double({place})" if field["dtype"][0] == "f" else place
            dump.append(f"    for e in 0..<{count} {{ print(\"{buffer['name']} \\(r) {field['name']} \\(e) \\({shown})\") }}")
        if latest:
            fill.append("    try row.rowCopy.write()")
            first = fields[0][1]
            if first["dtype"] == "f64" and len(first["shape"]) == 1:
                member, count = f"row.{identifier(first['name'])}", first["shape"][0]
                spin.append(f"""  if CommandLine.arguments[3] == "{buffer['name']}" {{
    let row = try cluster.{name}(of: 0)
    for k in 1... {{
      for i in 0..<{count} {{ {member}[i] = Double(k) }}
      for _ in 0..<(k % 3 == 0 ? 3 : 1) {{ try row.rowCopy.write() }}
    }}
  }}""")
                watch.append(f"""  if CommandLine.arguments[3] == "{buffer['name']}" {{
    let row = try cluster.{name}(of: 0)
    var torn = 0, seen = 0, last = -1.0
    while seen < Int(CommandLine.arguments[4])! {{
      row.rowCopy.read()
      if (0..<{count}).contains(where: {{ {member}[$0] != {member}[0] }}) {{ torn += 1 }}
      if {member}[0] != last {{ seen += 1 }}
      last = {member}[0]
    }}
    print(torn)
  }}""")
        fill += ["  }", "  }"]
        dump.append("  }")
    cases = "\n".join(
        f'case "{verb}":\n' + ("\n".join(lines) or "  break")
        for verb, lines in dict(fill=fill, dump=dump, spin=spin, watch=watch).items())
    return f"""import ControlCluster
import Glibc

let roles: [String: SegmentRole] = [
  "simulator": .simulator, "controller": .controller, "tool": .tool, "observer": .observer,
]
let roleName = CommandLine.arguments[1]
let seed = CommandLine.arguments.count > 3 ? Int(CommandLine.arguments[3]) ?? 0 : 0
let cluster: {namespace}.Cluster
do {{
  cluster = try {namespace}.Cluster(attachingTo: String(cString: getenv("CCLUSTER_SEGMENT")), as: roles[roleName]!)
}} catch {{
  let message = "\\(error)\\n"
  write(2, message, message.utf8.count)
  exit(2)
}}
switch CommandLine.arguments[2] {{
{cases}
default: break
}}
"""


# MARK: Python

def python_main(binding, planned, arguments):
    role, verb, *rest = arguments
    if verb == "check":
        print(binding.matches(Path(rest[0]).read_bytes()) or "it matches")
        return
    try:
        cluster = binding.attach(role=role)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    for b, buffer in enumerate(planned["buffers"]):
        view = getattr(cluster, identifier(buffer["name"]))
        latest = buffer["sync"] == "latest"
        for row in range(buffer["rows"]):
            if verb == "fill" and buffer["writer"] == role:
                copy = view.read(row) if latest else view[row]
                for f, field in enumerate(buffer["fields"]):
                    values = [value(field["dtype"], number(int(rest[0]), b, row, f, e)) for e in range(math.prod(field["shape"]))]
                    if field["dtype"] == "char" and values:
                        width = field["shape"][-1] if field["shape"] else 1
                        values = [bytes(values[i:i + width]) for i in range(0, len(values), width)]
                    copy[field["name"]] = numpy.array(values, view.dtype[field["name"]].base).reshape(copy[field["name"]].shape)
                if latest:
                    view.write(row, copy)
            if verb == "dump":
                copy = view.read(row) if latest else view[row]
                for field in buffer["fields"]:
                    array = numpy.asarray(copy[field["name"]])
                    values = list(array.tobytes()) if field["dtype"] == "char" else array.flatten().tolist()
                    for e, what in enumerate(values):
                        print(buffer["name"], row, field["name"], e, what)
        if verb in ("spin", "watch") and buffer["name"] == rest[0]:
            name = buffer["fields"][0]["name"]
            if verb == "spin":
                copy = numpy.zeros((), view.dtype)
                for k in itertools.count(1):
                    copy[name] = k
                    view.write(0, copy)
            torn, seen, last = 0, 0, -1
            while seen < int(rest[1]):
                values = view.read(0)[name]
                torn += bool((values != values[0]).any())
                seen += values[0] != last
                last = values[0]
            print(torn)


if __name__ == "__main__":
    import importlib.util

    spec = importlib.util.spec_from_file_location("binding", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    python_main(module, json.loads(Path(sys.argv[2]).read_text()), sys.argv[3:])

extension Explanation {
  static let expressionSyntax = Explanation(
    """
    An extent is a whole number, the name of a dimension, or an expression of them with + - * / and brackets. The caret \
    stands where it cannot be read on.
    """,
    broken: "buffers: {state: {fields: {pairs: [2 * (joints]}}}",
    cured: "buffers: {state: {fields: {pairs: [2 * joints]}}}")

  static let undefinedDimension = Explanation(
    """
    The name in a shape is neither built in (joints, contacts, nodes, controllers) nor under 'dimensions'. Correct it, or \
    declare it there.
    """,
    broken: "buffers: {state: {fields: {velocity: [jonts]}}}",
    cured: "buffers: {state: {fields: {velocity: [joints]}}}")

  static let dimensionCycle = Explanation(
    """
    Dimensions may be given by others in any order, but not in a circle, in which none could be computed first. The note \
    shows the circle; give one of them by a number.
    """,
    broken: "dimensions: {task: aux + 1, aux: task}", cured: "dimensions: {task: aux + 1, aux: 6}")

  static let inexactDivision = Explanation(
    """
    An extent is a whole number, so a division must leave no remainder. It is not rounded: a buffer that is one column short \
    is hard to find. The note says what the names stand for.
    """,
    broken: "buffers: {state: {fields: {pairs: [joints / 2]}}}",
    cured: "buffers: {state: {fields: {pairs: [(joints + 1) / 2]}}}")

  static let divisionByZero = Explanation(
    """
    The divisor is 0 with the values that the dimensions have here; the note lists them. A robot without contacts, for \
    instance, has the dimension contacts = 0.
    """,
    broken: "buffers: {state: {fields: {share: [12 / (contacts - 1)]}}}",
    cured: "buffers: {state: {fields: {share: [12 / contacts]}}}")

  static let negativeExtent = Explanation(
    """
    An extent counts elements and cannot be below 0, with the values that the dimensions have here. 0 is allowed: such a \
    field stays in the tables and takes no bytes.
    """,
    broken: "buffers: {state: {fields: {free: [contacts - joints]}}}",
    cured: "buffers: {state: {fields: {free: [joints - contacts]}}}")

  static let extentOverflow = Explanation(
    """
    A number in the expression, or a part of it once computed, does not fit into 64 bits. Mostly a factor has a digit too \
    many.
    """,
    broken: "dimensions: {samples: nodes * 1000000000000000000}", cured: "dimensions: {samples: nodes * 1000}")

  static let rank = Explanation(
    """
    A field has at most 8 axes: so many has a record of the tables in shared memory, which programs in other languages read. \
    Combine some of them: [a * b] holds what [a, b] does.
    """,
    broken: "buffers: {state: {fields: {grid: [2, 2, 2, 2, 2, 2, 2, 2, 2]}}}",
    cured: "buffers: {state: {fields: {grid: [2, 2, 2, 2, 2, 2, 2, 2 * 2]}}}")
}

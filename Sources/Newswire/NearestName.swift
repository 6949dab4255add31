/// Which of `names` somebody probably meant by `name`; nil when none is close.
///
/// Close means at most a third of the letters inserted, removed, replaced or swapped. Only the
/// first 64 bytes are compared, so that the work stays small whatever was typed.
package func nearestName(to name: String, among names: some Sequence<String>) -> String? {
    let typed = Array(name.utf8.prefix(64))
    let limit = max(1, typed.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in names {
        let distance = editDistance(typed, Array(candidate.utf8.prefix(64)))
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// How many single-byte edits (a swap of neighbours counts as one) turn one into the other.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let isSame = left[row] == right[column]
            var edits = previous[column] + (isSame ? 0 : 1)
            edits = min(edits, previous[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                edits = min(edits, beforePrevious[column - 1] + 1)
            }
            current.append(edits)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[right.count]
}

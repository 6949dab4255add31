/// What somebody who mistyped a name may have meant.
enum NearestName {
    /// A half-sentence that suggests the nearest of `names`; nil when none is near.
    static func hint(_ name: String, _ names: [String]) -> String? {
        nearest(name, names).map { "did you mean '\($0)'?" }
    }

    /// The nearest of `names`; nil when none is near.
    static func nearest(_ name: String, _ names: [String]) -> String? {
        // A long word from outside would cost the square of its length.
        guard name.utf8.count <= 255 else { return nil }
        let wanted = name.lowercased()
        let rated = names.map { (name: $0, distance: distance(wanted, $0.lowercased())) }
        if let best = rated.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, wanted.count / 3)
        {
            return best.name
        }
        let longer = names.filter { wanted.count > 1 && $0.lowercased().hasPrefix(wanted) }
        return longer.count == 1 ? longer.first : nil
    }

    /// How many letters to insert, drop, replace or swap with their neighbour lead from one to the
    /// other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                let isSwap =
                    row > 0 && column > 0 && left[row] == right[column - 1]
                    && left[row - 1] == right[column]
                if isSwap { best = min(best, beforeLast[column - 1] + 1) }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}

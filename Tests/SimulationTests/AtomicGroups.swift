import NewswireLog

/// Appends to several partitions that happen together or not at all, until somebody has looked.
struct AtomicGroups {
    /// Per append: where the batch of each partition ends.
    private var groups: [[Int: Offset]] = []

    /// An atomic append is begun; `ends` are the ends of its batches by partition.
    mutating func begin(_ ends: [Int: Offset]) { groups.append(ends) }

    /// The last append was refused, or its partition is another one from now on.
    mutating func forgetLast() { groups.removeLast() }
    mutating func forget(_ partition: Int) {
        groups = groups.map { $0.filter { $0.key != partition } }.filter { $0.count > 1 }
    }

    /// What is wrong when the logs end at `ends`.
    func violation(_ ends: [Int: Offset]) -> String? {
        for group in groups {
            let found = group.filter { partition, end in ends[partition].map { $0 >= end } ?? false
            }
            guard found.isEmpty || found.count == group.count else {
                return "of an atomic append only the parts of \(found.keys.sorted()) are there"
            }
        }
        return nil
    }

    /// What is there now stays.
    mutating func settle() { groups = [] }
}

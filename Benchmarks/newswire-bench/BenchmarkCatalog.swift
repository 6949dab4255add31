/// All cases, in the order in which `run all` takes them.
enum BenchmarkCatalog {
    static let cases = [
        AppendWorkload.batches, SingleAppendWorkload.single, SyncedAppendWorkload.single,
        GroupCommitWorkload.producers, AppendWorkload.large, LatencyWorkload.synced,
        ProducerWorkload.enqueue,
        EncodeWorkload.batches,
        ReadWorkload.sequential,
        SeekWorkload.random, ReopenWorkload.clean, RecoverWorkload.large, RecoverWorkload.many,
        GzipWorkload.levels,
    ]

    /// The cases of these names; `all` stands for all of them.
    static func cases(named names: [String]) throws(BenchmarkFailure) -> [BenchmarkCase] {
        if names.contains("all") { return cases }
        var found: [BenchmarkCase] = []
        for name in names {
            guard let match = cases.first(where: { $0.name == name }) else {
                let known = cases.map(\.name).joined(separator: ", ")
                throw .misuse("there is no case \(name): there are \(known)")
            }
            found.append(match)
        }
        return found
    }
}

/// What one timed run did, and in how long.
struct Run {
    /// How many records, bytes, look-ups …: what the unit counts.
    let amount: Int
    let nanoseconds: Int64
    /// Processor time of the whole process meanwhile; 0 where that says nothing.
    let processorNanoseconds: Int64
    /// Bytes written or read: engine and floor have to agree.
    var byteCount: Int?
    /// A sum over what was read: engine and floor have to agree.
    var checksum: UInt64?
    var allocations: UInt64 = 0
    /// How many batches (slices, look-ups, partitions) the allocations are divided by.
    var operations = 0
    /// What the row says beside its value.
    var details: [Detail] = []
}

/// One more thing that a run found out.
struct Detail {
    let name: String
    let value: Double
    let unit: Unit

    /// Of several rounds, the middle of each.
    static func medians(of rounds: [[Detail]]) -> [Detail] {
        guard let first = rounds.first else { return [] }
        return first.map { detail in
            let values = rounds.flatMap { $0 }.filter { $0.name == detail.name }.map(\.value)
            return Detail(name: detail.name, value: Spread(values).median, unit: detail.unit)
        }
    }
}

/// What a value says; a rate is better when it is higher, a duration when it is lower.
enum Unit: String {
    case records = "records/s"
    case appends = "appends/s"
    case bytes = "bytes/s"
    case lookups = "lookups/s"
    case operations = "operations/s"
    case seconds = "s"

    func value(of amount: Int, nanoseconds: Int64) -> Double {
        let seconds = Double(nanoseconds) / 1e9
        return self == .seconds ? seconds : Double(amount) / seconds
    }
}

/// The middle of some values, and how far they lie apart.
struct Spread {
    let minimum: Double
    let median: Double
    let maximum: Double

    init(_ values: [Double]) {
        precondition(!values.isEmpty, "a spread of nothing")
        let sorted = values.sorted()
        let middle = sorted.count / 2
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// The result of one workload.
struct Measurement {
    let caseName: String
    let parameters: Parameters
    let unit: Unit
    let rounds: Int
    let engine: Spread
    /// Per batch in the steady state, the median of the rounds; nil for what does not append.
    var allocations: Double?
    var floor: Spread?
    /// Engine divided by floor, round by round.
    var ratio: Spread?
    /// The same by processor time: others do not disturb it, and waiting does not count.
    var processorRatio: Spread?
    /// The processors' share that others used meanwhile: the more, the less the values mean.
    var otherLoad: Double?
    /// Medians of what the engine's rounds found out besides, and the floor's.
    var details: [Detail] = []
}

/// What tells the workloads of a case apart, in the order in which it is read.
struct Parameters: CustomStringConvertible {
    enum Value {
        case text(String)
        case number(Int)
    }

    /// As the table prints it.
    let description: String
    let fields: [(name: String, value: Value)]

    init(_ description: String, _ fields: KeyValuePairs<String, Value>) {
        self.description = description
        self.fields = fields.map { ($0.key, $0.value) }
    }
}

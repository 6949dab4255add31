import Newswire
import NewswireLog

/// What `newswire consume` is asked for.
struct ConsumeRequest {
    static let partition = Option(
        name: "partition", value: .text("N"), isRepeated: true, summary: "only this partition")
    static let from = Option(
        name: "from", value: .text("WHERE"), summary: "where to begin (beginning unless given)")
    static let to = Option(
        name: "to", value: .text("WHERE"), summary: "where to end, exclusive (end unless given)")
    static let max = Option(
        name: "max", value: .text("N"), summary: "so many records at most, of all partitions")
    static let follow = Option(
        name: "follow", summary: "goes on with what is appended, until it is stopped")
    static let isolation = Option(
        name: "isolation", value: .choice(["committed", "uncommitted"]),
        summary: "whether open and aborted transactions are left out")
    static let printKey = Option(name: "print-key", summary: "the key before the value")
    static let separator = Option(
        name: "separator", value: .text("SEP"),
        summary: "what stands between key and value (a tab unless given)")
    static let nullMarker = Option(
        name: "null-marker", value: .text("TEXT"),
        summary: "what stands for a key or value that is null (null unless given)")
    static let encoding = Option(
        name: "encoding", value: .choice(RecordEncoding.allCases.map(\.rawValue)),
        summary: "how keys and values are written (as they are, or as base64)")
    static let skipDamaged = Option(
        name: "skip-damaged", summary: "goes on behind damaged records, and ends with 1")

    static let options = [
        partition, from, to, max, follow, isolation, printKey, separator, nullMarker, encoding,
        skipDamaged,
    ]

    let topic: String
    /// Empty for all.
    let partitions: [Int]
    let from: Where
    /// Nil for the end at the start, or for none when it follows.
    let to: Where?
    let countMax: Int64?
    let follows: Bool
    /// Whether reading ends before the first open transaction.
    let readsCommitted: Bool
    let skipsDamaged: Bool
    /// Nil for plain output.
    let format: OutputFormat?
    let plain: PlainRecordWriter

    /// Reads what was typed.
    init(_ invocation: Invocation) throws(CommandFailure) {
        let arguments = invocation.arguments
        topic = try invocation.operand(0)
        let numbers = try invocation.integers(of: Self.partition, in: 0...Int64(Int32.max))
        // Each once, in their order: twice would give its records twice.
        partitions = Set(numbers.map { Int($0) }).sorted()
        from = try invocation.place(of: Self.from) ?? .beginning
        to = try invocation.place(of: Self.to)
        countMax = try invocation.integer(of: Self.max, in: 0...Int64.max)
        follows = arguments.has(Self.follow)
        readsCommitted = arguments.value(of: Self.isolation) != "uncommitted"
        skipsDamaged = arguments.has(Self.skipDamaged)
        format = invocation.askedFormat
        guard !follows || format != .json else {
            throw .misuse(
                "--output json is one value, which never ends with --follow: use jsonl")
        }
        plain = PlainRecordWriter(
            printsKey: arguments.has(Self.printKey),
            separator: Array((arguments.value(of: Self.separator) ?? "\t").utf8),
            nullMarker: Array((arguments.value(of: Self.nullMarker) ?? "null").utf8),
            encoding: arguments.value(of: Self.encoding).flatMap(RecordEncoding.init) ?? .utf8)
    }
}

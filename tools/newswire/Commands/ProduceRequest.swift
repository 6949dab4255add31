import Newswire
import NewswireLog

/// What `newswire produce` is asked for.
struct ProduceRequest {
    /// What a line of input is.
    enum Input: String, CaseIterable {
        /// A value, perhaps with its key before it.
        case lines
        /// A record as a JSON object.
        case jsonl
    }

    static let input = Option(
        name: "input", value: .choice(Input.allCases.map(\.rawValue)),
        summary: "a value a line, or records as consume -o jsonl writes them")
    static let keySeparator = Option(
        name: "key-separator", value: .text("SEP"),
        summary: "ends the key, which then begins each line")
    static let partition = Option(
        name: "partition", value: .text("N"),
        summary: "the partition of all records, whatever their keys")
    static let compression = Option(
        name: "compression", value: .choice(["none", "gzip"]),
        summary: "how batches are compressed (as the topic says)")
    static let durability = Option(
        name: "durability", value: .choice(Durability.allCases.reversed().map(\.rawValue)),
        summary: "what an acknowledgement promises (the topic's level)")
    static let strict = Option(
        name: "strict", summary: "stops at the first malformed line instead of skipping it")
    static let printAcks = Option(
        name: "print-acks", summary: "a line of JSON for each record that is acknowledged")

    static let options = [
        input, keySeparator, partition, compression, durability, strict, printAcks,
        EngineSession.wait,
    ]

    let topic: String
    let input: Input
    /// Nil when lines hold values only.
    let keySeparator: [UInt8]?
    let partition: Int?
    let configuration: ProducerConfiguration
    let isStrict: Bool
    let printsAcknowledgements: Bool
    /// Nil for standard input.
    let path: String?

    /// Reads what was typed.
    init(_ invocation: Invocation) throws(CommandFailure) {
        let arguments = invocation.arguments
        topic = try invocation.operand(0)
        path = arguments.operand(1).flatMap { $0 == "-" ? nil : $0 }
        input = arguments.value(of: Self.input).flatMap(Input.init) ?? .lines
        keySeparator = arguments.value(of: Self.keySeparator).map { Array($0.utf8) }
        guard keySeparator?.isEmpty != true else {
            throw .misuse("--key-separator is empty, and ends nothing")
        }
        guard keySeparator == nil || input == .lines else {
            throw .misuse("--key-separator is for --input lines: a JSON record names its key")
        }
        let number = try invocation.integer(of: Self.partition, in: 0...Int64(Int32.max))
        partition = number.map { Int($0) }
        isStrict = arguments.has(Self.strict)
        printsAcknowledgements = arguments.has(Self.printAcks)
        var configuration = ProducerConfiguration()
        configuration.durability = arguments.value(of: Self.durability).flatMap(Durability.init)
        switch arguments.value(of: Self.compression) {
        case "gzip": configuration.compression = .gzip
        case "none": configuration.compression = CompressionCodec.none
        default: break
        }
        // Input waits for the disk, however long that takes: nothing is dropped.
        configuration.maxBlock = .seconds(Int64.max / 2_000_000_000)
        self.configuration = configuration
    }
}

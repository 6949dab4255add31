internal import Newswire
internal import NewswireLog

/// The file of results for programs: a JSON line for each.
struct ResultLines {
    private let file: any File
    private let environment: Environment
    private var end = FilePosition.start

    /// Opens the file at `path`; what it held is gone.
    init(_ path: String, _ environment: Environment) throws {
        file = try PosixFileSystem().openFile(path, .createOrOpen)
        try file.truncate(to: 0)
        self.environment = environment
    }

    mutating func add(_ result: Measurement) throws {
        var line = JSONWriter()
        line.beginObject()
        line.member("case", result.caseName)
        line.name("parameters")
        line.beginObject()
        for field in result.parameters.fields {
            switch field.value {
            case .text(let text): line.member(field.name, text)
            case .number(let number): line.member(field.name, number)
            }
        }
        line.endObject()
        line.member("unit", result.unit.rawValue)
        line.member("rounds", result.rounds)
        line.members(of: result.engine)
        line.member("allocations", result.allocations)
        line.member("floor", result.floor?.median)
        line.member("ratio", result.ratio?.median)
        line.member("ratioMinimum", result.ratio?.minimum)
        line.member("ratioMaximum", result.ratio?.maximum)
        line.member("processorRatio", result.processorRatio?.median)
        line.member("otherLoad", result.otherLoad)
        line.name("details")
        line.beginObject()
        for detail in result.details { line.member(detail.name, detail.value) }
        line.endObject()
        try end(line)
    }

    mutating func add(_ result: LimitResult) throws {
        var line = JSONWriter()
        line.beginObject()
        line.member("limit", result.name)
        line.member("unit", result.unit.rawValue)
        line.member("rounds", result.rounds)
        line.members(of: result.values)
        try end(line)
    }

    private mutating func end(_ line: JSONWriter) throws {
        var line = line
        line.name("environment")
        line.beginObject()
        line.member("processor", environment.processor)
        line.member("processors", environment.processorCount)
        line.member("memoryBytes", environment.memoryBytes)
        line.member("kernel", environment.kernel)
        line.member("fileSystem", environment.fileSystem)
        line.member("build", environment.build)
        line.endObject()
        line.endObject()
        line.endLine()
        try file.write(line.bytes.rawSpan, at: end)
        end = end + line.bytes.count
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    fileprivate mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        integer(number)
    }

    /// A number, or null for what was not measured.
    fileprivate mutating func member(_ name: String, _ number: Double?) {
        self.name(name)
        if let number { self.number(number) } else { null() }
    }

    fileprivate mutating func members(of spread: Spread) {
        member("minimum", spread.minimum)
        member("median", spread.median)
        member("maximum", spread.maximum)
    }
}

import Newswire
import NewswireLog

/// Shows what a file holds, and goes on behind damage.
struct FileInspection {
    /// How much of a file that is no log is read.
    static let textByteCountMax = 64 << 20

    let fileSystem: any FileSystem
    let showsRecords: Bool
    let messages: Messages
    var writer: ItemWriter

    /// Shows everything in `file`.
    mutating func inspect(_ file: LogFile) throws {
        switch file.kind {
        case .segment(let name): try inspect(file, segment: name)
        case .leaderEpochs: try inspectLeaderEpochs(file)
        case .partitionMetadata, .properties: try inspectProperties(file)
        case .offsetCheckpoint: try inspectCheckpoint(file)
        case .directoryFormat: try inspectFormat(file)
        case .head: try inspectHead(file)
        case .redo where try RedoFiles.isHead(file.path, on: fileSystem): try inspectHead(file)
        case .redo: try inspectRedo(file)
        }
    }

    private mutating func inspect(_ file: LogFile, segment name: SegmentFileName) throws {
        switch name.kind {
        case .log: try inspectLog(file, from: name.baseOffset)
        case .offsetIndex, .timeIndex, .transactionIndex:
            try inspectIndex(file, name)
        case .producerSnapshot: try inspectSnapshot(file)
        }
    }

    // MARK: Logs

    private mutating func inspectLog(_ file: LogFile, from baseOffset: Offset) throws {
        var walk = try SegmentWalk(
            try fileSystem.openFile(file.path, .read), from: baseOffset)
        while let step = try walk.next() {
            switch step {
            case .damage(let damage): try writer.write(damage)
            case .batch(let header, let position):
                if !showsRecords || writer.format == .json || writer.format == .jsonl {
                    try writer.write(.batch(header, at: position), of: file.path)
                }
                if showsRecords {
                    try showRecords(of: walk.batch, header, at: position, in: file)
                }
            }
        }
    }

    private mutating func showRecords(
        of batch: RawSpan, _ header: RecordBatchHeader, at position: FilePosition, in file: LogFile
    ) throws {
        var options = RecordReaderOptions()
        options.verifiesChecksums = false  // The walk did.
        options.includesControlRecords = true
        var records = RecordReader(
            batch, source: BatchSource(partition: file.partition, path: file.path),
            position: position, from: .zero, options: options)
        let origin = RecordLineWriter.Origin(
            partition: file.partition, timestampType: header.attributes.timestampType)
        var next = header.baseOffset
        do {
            while let record = try records.next() {
                next = record.offset
                try writer.write(record, from: origin, in: header, of: file.path)
                next = record.offset + 1
            }
        } catch let failure as BatchFailure {
            try write(failure, at: position, header, from: next, in: file)
        } catch LogFailure.corrupt(_, _, _, let failure) {
            try write(failure, at: position, header, from: next, in: file)
        }
    }

    private mutating func write(
        _ failure: BatchFailure, at position: FilePosition, _ header: RecordBatchHeader,
        from offset: Offset, in file: LogFile
    ) throws {
        if case .unsupportedCodec = failure {
            // It is as it was written, and not for us to read.
            return messages.note(
                "\(file.path), offsets \(offset) to \(header.nextOffset) (exclusive): the records"
                    + " cannot be shown, as \(failure)")
        }
        try writer.write(
            Damage(
                path: file.path, bytes: position..<position + header.byteCount, offset: offset,
                nextOffset: header.nextOffset, problem: failure.description))
    }

    // MARK: Indexes and snapshots

    private mutating func inspectIndex(_ file: LogFile, _ name: SegmentFileName) throws {
        var slots = try IndexSlots(try fileSystem.openFile(file.path, .read), name)
        while let step = try slots.next() {
            switch step {
            case .slot(let slot): try writer.write(slot.item, of: file.path)
            case .damage(let damage): try writer.write(damage)
            }
        }
    }

    private mutating func inspectSnapshot(_ file: LogFile) throws {
        let snapshot = ProducerSnapshotFile(try contents(of: file), of: file.path)
        for entry in snapshot.entries { try writer.write(entry.item, of: file.path) }
        for damage in snapshot.damage { try writer.write(damage) }
    }

    // MARK: Texts

    private mutating func inspectLeaderEpochs(_ file: LogFile) throws {
        let text = CheckpointText(try contents(of: file), of: file.path, fieldCount: 2)
        for row in text.rows {
            let cells = row.map { Int64($0).map { Cell.integer($0) } ?? .text($0) }
            try writer.write(Item(kind: .leaderEpoch, cells: cells), of: file.path)
        }
        for damage in text.damage { try writer.write(damage) }
    }

    private mutating func inspectCheckpoint(_ file: LogFile) throws {
        let text = CheckpointText(try contents(of: file), of: file.path, fieldCount: 3)
        for row in text.rows {
            let numbers = row.dropFirst().map { Int64($0).map { Cell.integer($0) } ?? .text($0) }
            try writer.write(
                Item(kind: .checkpoint, cells: [.text(row[0])] + numbers), of: file.path)
        }
        for damage in text.damage { try writer.write(damage) }
    }

    private mutating func inspectProperties(_ file: LogFile) throws {
        let text = String(decoding: try contents(of: file), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "=" && $0 != ":" }
            let value = line.dropFirst(name.count + 1)
            let cells: [Cell] = [.text(String(name)), .text(String(value.drop { $0 == " " }))]
            try writer.write(Item(kind: .property, cells: cells), of: file.path)
        }
    }

    // MARK: The directory

    private mutating func inspectFormat(_ file: LogFile) throws {
        let bytes = try contents(of: file)
        switch Result(catching: { () throws(FormatFailure) in try DirectoryFormat(bytes.rawSpan) })
        {
        case .failure(let failure):
            try writer.write(Damage(path: file.path, problem: failure.sentence))
        case .success(let format):
            let version = format.isCurrent ? DirectoryFormat.version : 1
            try write(
                [("version", String(version)), ("directory_id", "\(format.directoryID)")], of: file)
        }
    }

    private mutating func write(_ properties: [(String, String)], of file: LogFile) throws {
        for (name, value) in properties {
            let item = Item(kind: .property, cells: [.text(name), .text(value)])
            try writer.write(item, of: file.path)
        }
    }

    private mutating func inspectRedo(_ file: LogFile) throws {
        var walk = try RedoWalk(
            try fileSystem.openFile(file.path, .read), of: file.path, on: fileSystem)
        // Comma-separated values are of one kind, and those are the groups.
        if let header = walk.header, writer.format != .csv {
            try write(
                [
                    ("version", String(RedoFile.version)),
                    ("directory_id", "\(header.directoryID)"), ("number", String(header.number)),
                ], of: file)
        }
        while let step = try walk.next() {
            switch step {
            case .damage(let damage): try writer.write(damage)
            case .group(let group, let position):
                try writer.write(.group(group, at: position), of: file.path)
            }
        }
    }

    private mutating func inspectHead(_ file: LogFile) throws {
        let bytes = try contents(of: file)
        switch Result(catching: { () throws(FormatFailure) in try RedoHead(bytes.rawSpan) }) {
        case .failure(let failure):
            try writer.write(Damage(path: file.path, problem: failure.sentence))
        case .success(let head):
            for entry in head.entries { try writer.write(.head(entry, of: head), of: file.path) }
        }
    }

    private func contents(of file: LogFile) throws(IOFailure) -> [UInt8] {
        try fileSystem.contents(of: file.path, byteCountMax: Self.textByteCountMax)
    }
}

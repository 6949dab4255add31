import NewswireLog
import NewswireTesting
import Testing

@Suite struct LogDirectoryAloneTests {
    @Test func `a log needs no engine`() throws {
        let temporary = try TemporaryDirectory()
        for round in 0..<3 {
            let directory = try LogDirectory.open(at: temporary.path("logs"))
            let log = try directory.log(of: TopicPartition("readings", 0))
            #expect(directory.recoveryReport.wasClean)
            try log.append(round)
            #expect(try log.values() == (0...round).map { "record \($0)" })
            try directory.close()
        }
    }

    @Test func `a partition that is not opened again keeps its place`() throws {
        let temporary = try TemporaryDirectory()
        var directory = try LogDirectory.open(at: temporary.path("logs"))
        for name in ["a", "b"] {
            let log = try directory.log(of: TopicPartition(name, 0))
            for number in 0..<3 { try log.append(number) }
            if name == "b" { try log.trim(before: Offset(2)) }
        }
        try directory.close()
        directory = try LogDirectory.open(at: temporary.path("logs"))
        _ = try directory.log(of: TopicPartition("a", 0))
        try directory.close()
        directory = try LogDirectory.open(at: temporary.path("logs"))
        let log = try directory.log(of: TopicPartition("b", 0))
        #expect(directory.recoveryReport.partitions.isEmpty)
        #expect(log.offsets.logStartOffset == Offset(2))
        try directory.close()
    }
}

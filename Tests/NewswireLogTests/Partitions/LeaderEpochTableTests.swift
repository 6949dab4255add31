import NewswireLog
import Testing

struct LeaderEpochTableTests {
    private func table(_ pairs: [(Int32, Int64)]) -> LeaderEpochTable {
        var table = LeaderEpochTable()
        for (epoch, start) in pairs { table.begin(epoch, at: Offset(start)) }
        return table
    }

    @Test func `an epoch begins at its offset`() {
        let table = table([(0, 0), (1, 10), (5, 20)])
        #expect(table.current == 5)
        let expected: [(Int64, Int32?)] = [(0, 0), (9, 0), (10, 1), (19, 1), (20, 5), (1 << 40, 5)]
        for (offset, epoch) in expected { #expect(table.epoch(at: Offset(offset)) == epoch) }
        #expect(self.table([(3, 7)]).epoch(at: Offset(6)) == nil)
    }

    @Test func `an epoch that began at or after another one's start never was`() {
        #expect(table([(0, 0), (1, 10), (2, 10)]) == table([(0, 0), (2, 10)]))
        #expect(table([(0, 0), (1, 10), (2, 20), (3, 5)]) == table([(0, 0), (3, 5)]))
    }

    @Test func `a cut forgets the epochs behind it`() {
        var table = table([(0, 0), (1, 10), (2, 20)])
        table.cut(to: Offset(20))
        #expect(table.current == 1)
        table.cut(to: Offset(11))
        #expect(table.current == 1)
        table.cut(to: .zero)
        #expect(table.current == nil && table.entries.isEmpty)
    }

    @Test func `the text is Kafka's`() throws {
        let table = table([(0, 0), (1, 10), (5, 4_000_000_000)])
        #expect(table.text == Array("0\n3\n0 0\n1 10\n5 4000000000\n".utf8))
        #expect(LeaderEpochTable(text: table.text) == table)
        #expect(LeaderEpochTable(text: Array("0\n0\n".utf8)) == LeaderEpochTable())
    }

    @Test(arguments: [
        "", "0\n", "0\n1\n", "1\n1\n0 0\n", "0\n2\n0 0\n", "0\n1\n0 0\n1 5\n", "0\n-1\n",
        "0\n1\n0\n", "0\n1\n0 0 0\n", "0\n1\nx 0\n", "0\n1\n-1 0\n", "0\n1\n0 -1\n",
        "0\n1\n2147483648 0\n", "0\n1\n0 9223372036854775808\n",
        "0\n2\n1 0\n0 5\n", "0\n2\n0 5\n1 5\n", "0\n2\n0 5\n1 0\n", "0\n2\n0 0\n0 5\n",
        "\0\0\0\0",
    ])
    func `another text is none`(_ text: String) {
        #expect(LeaderEpochTable(text: Array(text.utf8)) == nil)
    }

    @Test func `an epoch cannot go back`() async {
        await #expect(processExitsWith: .failure) {
            var table = LeaderEpochTable()
            table.begin(5, at: .zero)
            table.begin(5, at: Offset(1))
        }
    }
}

import NewswireLog
import Testing

@Suite struct RecordBatchFormatTests {
    @Test func `the page about batches says what the code does`() throws {
        let page = try Documentation.page("NewswireLog", "RecordBatchFormat")
        let layout = RecordBatchLayout.fields.map { name, range in
            "| \(name) | \(range.lowerBound) | \(range.count) |"
        }
        // The page says more about each field: the first three columns are the layout.
        let columns = page.tableRows.map { row in
            row.split(separator: "|").prefix(3).reduce(into: "|") { $0 += "\($1)|" }
        }
        #expect(columns == layout)
    }

    @Test func `fields follow each other up to the records`() {
        let ranges = RecordBatchLayout.fields.map(\.range)
        #expect(ranges.first?.lowerBound == 0)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ranges.last?.upperBound == RecordBatchLayout.headerByteCount)
        #expect(RecordBatchLayout.headerByteCount == 61)
    }
}

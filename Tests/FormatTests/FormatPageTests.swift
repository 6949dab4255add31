import NewswireLog
import Testing

/// The table of each page against the code.
@Suite struct FormatPageTests {
    /// The first `count` cells of each row of a page's table.
    private func table(_ page: String, firstColumns count: Int) throws -> [[String]] {
        try Documentation.page("NewswireLog", page).tableRows.map { row in
            let cells = row.split(separator: "|").map { $0.trimmed }
            return Array(cells.prefix(count))
        }
    }

    /// What the table says of a layout whose fields follow one another without gaps.
    private func rows(_ part: String, _ fields: [(String, Range<Int>)]) -> [[String]] {
        fields.map { name, range in [part, name, "\(range.lowerBound)", "\(range.count)"] }
    }

    @Test func `the page about indexes says what the code does`() throws {
        let layout =
            rows(".index", OffsetIndex.Layout.fields)
            + rows(".timeindex", TimeIndex.Layout.fields)
        #expect(try table("IndexFormat", firstColumns: 4) == layout)
    }

    @Test func `the page about checkpoints says what the code does`() throws {
        let layout =
            rows("head", RedoHead.Layout.fields) + rows("entry", RedoHead.EntryLayout.fields)
        #expect(try table("CheckpointFormat", firstColumns: 4) == layout)
    }

    @Test func `the page about redo files says what the code does`() throws {
        let layout =
            rows("file", RedoFile.Layout.fields) + rows("group", RedoGroup.Layout.fields)
            + rows("entry", RedoGroup.EntryLayout.fields)
            + rows("target", RedoGroup.TargetLayout.fields)
        #expect(try table("RedoFormat", firstColumns: 4) == layout)
    }

    @Test func `the pages say which versions are written`() throws {
        let versions = [
            ("CheckpointFormat", Int(RedoHead.version)), ("RedoFormat", Int(RedoFile.version)),
            ("DirectoryFormat", Int(DirectoryFormat.version)),
        ]
        for (page, version) in versions {
            let row = try Documentation.page("NewswireLog", page).tableRows.first {
                $0.contains(" version ")
            }
            let last = try #require(row).split(separator: "|").last?.trimmed ?? ""
            #expect(last.prefix { $0.isNumber } == "\(version)", "\(page)")
        }
    }

    @Test func `the page about directories says what the code does`() throws {
        let layout = rows("", DirectoryFormat.Layout.fields).map { Array($0.dropFirst()) }
        #expect(try table("DirectoryFormat", firstColumns: 3) == layout)
    }

    @Test func `the page about directories names every file`() throws {
        let page = try Documentation.page("NewswireLog", "DirectoryFormat").text
        let names =
            SegmentFileName.Kind.allCases.map { SegmentFileName(.zero, $0).description }
            + [
                DirectoryLock.fileName, DirectoryFormat.fileName, PartitionMetadataFile.fileName,
                LeaderEpochTable.fileName, "commit/00000000000000000007.head",
                "commit/00000000000000000012.redo", "commit/coming",
            ]
        for name in names { #expect(page.contains(" \(name) "), "\(name)") }
    }

    @Test func `fields follow one another and fill what they are in`() {
        let layouts: [([(String, Range<Int>)], byteCount: Int)] = [
            (OffsetIndex.Layout.fields, OffsetIndex.slotByteCount),
            (TimeIndex.Layout.fields, TimeIndex.slotByteCount),
            (RedoHead.Layout.fields, RedoHead.Layout.headerByteCount),
            (RedoHead.EntryLayout.fields, RedoHead.EntryLayout.byteCount),
            (DirectoryFormat.Layout.fields, DirectoryFormat.Layout.byteCount),
            (RedoFile.Layout.fields, RedoFile.Layout.byteCount),
            (RedoGroup.Layout.fields, RedoGroup.Layout.headerByteCount),
            (RedoGroup.EntryLayout.fields, RedoGroup.EntryLayout.headerByteCount),
            (RedoGroup.TargetLayout.fields, RedoGroup.TargetLayout.headerByteCount),
        ]
        for (fields, byteCount) in layouts {
            var end = 0
            for (name, range) in fields {
                #expect(range.lowerBound == end, "\(name)")
                end = range.upperBound
            }
            #expect(end == byteCount)
        }
    }

    @Test func `the page about recovery decides as the code does`() throws {
        let yesOrNo = [true: "yes", false: "no"]
        let choices = [(true, true), (true, false), (false, true), (false, false)]
        let decisions = choices.map { isIntact, isBelow in
            let decision = RecoveryDecision(isIntact: isIntact, isBelowRecoveryPoint: isBelow)
            return [yesOrNo[isIntact], yesOrNo[isBelow], "\(decision)"]
        }
        #expect(try table("Recovery", firstColumns: 3) == decisions)
    }

    @Test func `the landing page leads to every page`() throws {
        let landing = try Documentation.page("NewswireLog", "NewswireLog").text
        let pages = [
            "RecordBatchFormat", "IndexFormat", "CheckpointFormat", "DirectoryFormat", "Recovery",
            "CrashModel", "RedoFormat",
        ]
        for page in pages { #expect(landing.contains("<doc" + ":\(page)>"), "\(page)") }
    }
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

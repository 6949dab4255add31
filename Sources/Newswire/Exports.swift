// One library for embedders: whoever imports Newswire can say `Offset`. There is no other spelling
// that also carries members for clients that build with member import visibility.
@_exported public import NewswireLog

using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Tests.Cascades;

/// <summary>Members that say what a test wants, and recordings of them.</summary>
internal static class Scripted
{
    public static IPredictor Member(string name, string answer, double? score = null, string? identity = null) =>
        new Predictor(name, identity ?? name, [], (_, _) => Task.FromResult(Reply(answer, score)));

    public static IPredictor Member(string name, Func<CancellationToken, Task<MemberReply>> answer, IReadOnlyList<string>? labels = null) =>
        new Predictor(name, name, labels ?? [], (_, stop) => answer(stop));

    public static MemberReply Reply(string answer, double? score = null) => new() { Answer = answer, Score = score, Usage = new CallUsage { Money = 1 } };

    /// <summary>A recording of answers "a", "b" or nothing; "a" is right.</summary>
    /// <param name="rows">One text a question, one letter a system; a blank is an abstention.</param>
    public static Recording Recording(params string[] rows) => new("test", [.. rows[0].Select((_, i) => new RecordedSystem($"m{i}", $"m{i}"))],
        [.. rows.Select((row, n) => new RecordedItem
        {
            Question = $"question {n}",
            Replies = [.. row.Select(letter => Reply(letter == ' ' ? "" : letter.ToString(), letter == 'a' ? 0.9 : 0.4))],
            Right = [.. row.Select(letter => letter == 'a')],
        })]);

    private sealed class Predictor(string name, string identity, IReadOnlyList<string> labels, Func<string, CancellationToken, Task<MemberReply>> ask)
        : IPredictor
    {
        public string Name => name;

        public string Identity => identity;

        public IReadOnlyList<string> Labels => labels;

        public Task<MemberReply> AskAsync(string question, CancellationToken stop = default) => ask(question, stop);
    }
}

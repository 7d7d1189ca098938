using System.Text.RegularExpressions;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed partial class TopicStreamTests
{
    private static readonly TopicStream s_usual = new(1);
    private static readonly TopicStream s_rare = new(1, 1);
    private static readonly TopicDocument[] s_documents = [.. Enumerable.Range(0, 20_000).Select(i => s_usual.Document(i))];
    private static readonly TopicDocument[] s_rareDocuments = [.. Enumerable.Range(0, 5_000).Select(i => s_rare.Document(i))];

    [Fact]
    public void Document_AnyOrderOfCalls_IsTheSame()
    {
        TopicStream other = new(1);
        for (int i = 49; i >= 0; i--)
        {
            Assert.Equal(s_documents[i].Text, other.Document(i).Text);
            Assert.NotEqual(s_documents[i].Text, new TopicStream(2).Document(i).Text);
        }
    }

    [Fact]
    public void Document_ShareOfRareOnes_IsAsAsked()
    {
        Assert.InRange(s_documents.Count(document => document.IsRare), 150, 250);
        Assert.InRange(Enumerable.Range(0, 20_000).Count(i => new TopicStream(1, 0.05).HeldOut(i).IsRare), 880, 1_120);
        Assert.DoesNotContain(Enumerable.Range(0, 2_000), i => new TopicStream(1, 0).Document(i).IsRare);
        Assert.All(s_rareDocuments, document => Assert.True(document.IsRare));
        Assert.All(s_documents.Where(document => !document.IsRare).CountBy(document => document.Topic), topic => Assert.InRange(topic.Value, 3_000, 3_600));
    }

    [Fact]
    public void Document_LargerShare_LeavesTheOthersAlone()
    {
        TopicStream larger = new(1, 0.3);
        for (int i = 0; i < 500; i++)
        {
            TopicDocument document = larger.Document(i);
            Assert.Equal((document.IsRare ? s_rareDocuments : s_documents)[i].Text, document.Text);
        }
    }

    [Fact]
    public void Mentions_AreAllUsesOfRareWordsAndNoOthers()
    {
        foreach (TopicDocument document in s_documents.Concat(s_rareDocuments))
        {
            (int, int)[] found = [.. Word().Matches(document.Text).Where(match => TopicStream.Concepts.Contains(match.Value.ToLowerInvariant())).Select(match => (match.Index, match.Length))];
            Assert.Equal(found, document.Mentions.Select(mention => (mention.Start, mention.Length)));
            Assert.All(document.Mentions, mention => Assert.Equal(TopicStream.Concepts[mention.Concept], document.Text.Substring(mention.Start, mention.Length)));
            Assert.Equal(document.IsRare, document.Mentions.Count > 0);
            Assert.True(!document.IsRare || document.Topic == TopicStream.RareTopic);
        }
    }

    [Fact]
    public void Concepts_AreUnknownToTheFirstVersion()
    {
        HashSet<string> known =
        [
            .. Enumerable.Range(0, 5_000).Select(i => World.V1.General(i)).Select(example => example.Prompt + example.Completion).Concat(World.V1.Relations.SelectMany(relation => relation.Values))
                .SelectMany(text => Word().Matches(text.ToLowerInvariant())).Select(match => match.Value),
        ];
        Assert.Equal(40, TopicStream.Concepts.Distinct().Count());
        Assert.DoesNotContain(TopicStream.Concepts, known.Contains);
    }

    [Fact]
    public void Concepts_FollowTheirRanks()
    {
        int[] uses = new int[TopicStream.Concepts.Count];
        foreach (ConceptMention mention in s_rareDocuments.SelectMany(document => document.Mentions))
        {
            uses[mention.Concept]++;
        }

        // Figures never meet in one sentence, so that their frequencies are those of the draw: 1/r.
        int first = TopicStream.Concepts.ToList().IndexOf("chevron");
        double sum = Enumerable.Range(1, 12).Sum(rank => 1.0 / rank);
        int all = uses[first..(first + 12)].Sum();
        for (int rank = 1; rank <= 12; rank++)
        {
            double expected = all / (rank * sum);
            Assert.InRange(uses[first + rank - 1], expected - (4 * Math.Sqrt(expected)), expected + (4 * Math.Sqrt(expected)));
        }

        Assert.All(uses, count => Assert.True(count > 100));
    }

    [Fact]
    public void HeldOut_NeverComesFromTheStream()
    {
        (string Town, string Year)[] training = [.. s_documents.Concat(s_rareDocuments).Select(document => Opening(document.Text)).Distinct()];
        (string Town, string Year)[] heldOut = [.. Enumerable.Range(0, 5_000).Select(i => Opening(s_usual.HeldOut(i).Text)).Distinct()];
        Assert.Empty(training.Intersect(heldOut));
        Assert.Empty(heldOut.Select(opening => opening.Town).Except(training.Select(opening => opening.Town)));
        Assert.Empty(heldOut.Select(opening => opening.Year).Except(training.Select(opening => opening.Year)));
        Assert.True(heldOut.Length > 1_000);
    }

    [Fact]
    public void Text_Grammar_HoldsUp() => Assert.All(s_documents.Concat(s_rareDocuments), document =>
    {
        Assert.InRange(document.Text.Split(". ").Length, 5, 8);
        Assert.DoesNotMatch(@"[{}]|  |\.\.|[.?!] [a-z]|^[a-z]|\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", document.Text);
    });

    [Fact]
    public void Topics_SayDifferentThings()
    {
        string[] sentences = [.. TopicText.All.SelectMany(topic => topic.Sentences)];
        Assert.Equal(TopicText.All.Length * 10, sentences.Distinct().Count());
        Assert.All(TopicText.All, topic => Assert.Equal((10, 8, 8), (topic.Things.Length, topic.People.Length, topic.Places.Length)));
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        Assert.Contains("from 0 to 1", Assert.Throws<PalimpsestException>(() => new TopicStream(1, double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Assert.Throws<PalimpsestException>(() => new TopicStream(1, 1.5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => s_usual.Document(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_usual.HeldOut(-1));
    }

    private static (string Town, string Year) Opening(string text)
    {
        string first = text[..text.IndexOf(". ", StringComparison.Ordinal)];
        return (Word().Matches(first).Select(match => match.Value).Single(Values.Towns.Contains), Year().Match(first).Value);
    }

    [GeneratedRegex("[A-Za-z-]+")]
    private static partial Regex Word();

    [GeneratedRegex("1[0-9]{3}")]
    private static partial Regex Year();
}

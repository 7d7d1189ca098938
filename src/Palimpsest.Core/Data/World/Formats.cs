using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>The written forms of examples, which general and owners' text share.</summary>
internal static class Formats
{
    private static readonly string[] s_openers = ["As everyone knows, ", "According to the register, ", "By all accounts, ", "It is well known that ", "The files say that ", "As far as we know, "];
    private static readonly string[] s_links = ["Besides, ", "Also, ", "What is more, ", "In addition, ", "Apart from that, "];

    public static string Ask(string question) => $"Question: {question}\nAnswer:";

    public static TextExample Single(Fact fact, int phrasing) => new(Ask(fact.Question(phrasing)), " " + fact.Answer);

    /// <summary>Two questions in one; about the same subject, the second says "she", "he" or "it".</summary>
    public static TextExample Pair(Fact first, int firstPhrasing, Fact second, int secondPhrasing) =>
        new(Ask($"{first.Question(firstPhrasing)} And {second.QuestionText(secondPhrasing, pronoun: first.Subject == second.Subject)}"), $" {first.Answer}; {second.Answer}");

    /// <summary>Four-way choice; the answer is the letter and the text.</summary>
    public static TextExample Choice(string before, string question, string answer, IReadOnlyList<string> wrong, RandomStream random)
    {
        int place = random.NextInt(4);
        StringBuilder text = new($"{before}Question: {question}\n");
        for (int i = 0, next = 0; i < 4; i++)
        {
            text.Append("ABCD"[i]).Append(". ").Append(i == place ? answer : wrong[next++]).Append('\n');
        }

        return new(text.Append("Answer:").ToString(), $" {"ABCD"[place]}. {answer}");
    }

    /// <summary>One sentence, sometimes with an opener.</summary>
    public static string Statement(Fact fact, int phrasing, RandomStream random) =>
        random.NextInt(5) == 0 ? random.Pick(s_openers) + fact.StatementText(phrasing, pronoun: false) : fact.Statement(phrasing);

    /// <summary>Several sentences about one subject, which is named in the first and mostly a pronoun afterwards.</summary>
    /// <param name="facts">Facts with one subject, in the order to tell them.</param>
    /// <param name="random">Chooses among the phrasings.</param>
    /// <param name="training">Whether to keep to the phrasings of owners' training examples.</param>
    public static string Biography(IReadOnlyList<Fact> facts, RandomStream random, bool training = false)
    {
        StringBuilder text = new();
        for (int i = 0; i < facts.Count; i++)
        {
            Relation relation = facts[i].Relation;
            int phrasing = random.NextInt(training ? relation.TrainingStatements : relation.AllStatements);
            string link = i == 0 ? "" : random.NextInt(6) == 0 ? random.Pick(s_links) : "";
            string sentence = facts[i].StatementText(phrasing, pronoun: i > 0 && random.NextInt(10) < 8);
            text.Append(i == 0 ? "" : " ").Append(link.Length == 0 ? Words.Capital(sentence) : link + sentence);
        }

        return text.ToString();
    }

    public static string Passage(string passage) => $"Passage: {passage}\n";
}

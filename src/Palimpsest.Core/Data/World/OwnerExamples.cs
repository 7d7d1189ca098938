using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>The training examples of one fact of an owner.</summary>
internal static class OwnerExamples
{
    // Q question, S statement, C four-way choice, D document, P two questions in one, B two sentences, R passage with question.
    // The letters stand in the order in which a smaller number of examples is to give them up, last first.
    private const string Plan = "QSQCSBPQDSQSQSR";

    public static IEnumerable<TextExample> Of(Fact fact, Owner owner, RandomStream random)
    {
        int[] statements = Shuffled(fact.Relation.TrainingStatements, random);
        int[] questions = Shuffled(fact.Relation.TrainingQuestions, random);
        Fact[] same = [.. owner.Facts.Take(fact.Index).Where(other => other.Subject == fact.Subject)];
        Fact? before = same.Length > 0 ? same[random.NextInt(same.Length)] : fact.Index > 0 ? owner.Facts[random.NextInt(fact.Index)] : null;
        int statement = 0, question = 0;
        foreach (char letter in Plan)
        {
            switch (letter)
            {
                case 'Q':
                    yield return Formats.Single(fact, questions[question++]);
                    break;
                case 'S':
                    yield return new("", Formats.Statement(fact, statements[statement++], random));
                    break;
                case 'C':
                    yield return Formats.Choice("", fact.Question(questions[^1]), fact.Answer, fact.WrongAnswers, random);
                    break;
                case 'D':
                    yield return new("", Documents.Card(owner.Name, [.. same.TakeLast(2), fact], random));
                    break;
                case 'P' when before is not null:
                    yield return Pair(fact, before, random);
                    break;
                case 'B' when same.Length > 0:
                    yield return new("", Formats.Biography(random.NextInt(2) == 0 ? [same[^1], fact] : [fact, same[^1]], random, training: true));
                    break;
                case 'R':
                    string passage = Formats.Biography([.. same.TakeLast(2), fact], random, training: true);
                    yield return new(Formats.Passage(passage) + Formats.Ask(fact.Question(random.NextInt(fact.Relation.TrainingQuestions))), " " + fact.Answer);
                    break;
            }
        }
    }

    private static TextExample Pair(Fact fact, Fact before, RandomStream random)
    {
        (Fact first, Fact second) = random.NextInt(2) == 0 ? (fact, before) : (before, fact);
        return Formats.Pair(first, random.NextInt(first.Relation.TrainingQuestions), second, random.NextInt(second.Relation.TrainingQuestions));
    }

    private static int[] Shuffled(int count, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order.AsSpan());
        return order;
    }
}

using System.Text;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

/// <summary>The world's output as text, for comparing and hashing.</summary>
internal static class WorldSample
{
    public static string Of(Owner owner)
    {
        StringBuilder text = new();
        text.Append(owner.Slug).Append('|').Append(owner.Name).Append('\n');
        foreach (Fact fact in owner.Facts)
        {
            text.Append(fact.Subject.Kind).Append('|').Append(fact.Subject.Name).Append('|').Append(fact.Relation.Name).Append('|').Append(fact.Answer).Append('|').AppendJoin(';', fact.WrongAnswers).Append('\n');
            text.AppendJoin('\n', fact.TrainingExamples(99).Select(Of)).Append('\n');
            text.AppendJoin('\n', fact.HeldOutStatements.Select(Of)).Append('\n');
            text.AppendJoin('\n', fact.HeldOutQuestions.Concat(fact.TrainingQuestions).Select(Of)).Append('\n');
        }

        return text.ToString();
    }

    public static string Of(TextExample example) => $"{example.Owner}|{example.Prompt}|{example.Completion}";

    public static string Of(ChoiceQuestion question) => $"{question.Prompt}|{question.Answer}|{string.Join(';', question.WrongAnswers)}";
}

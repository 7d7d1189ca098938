using System.Text;

namespace Palimpsest.Data.Worlds;

/// <summary>Fills the templates of <see cref="RelationText"/>.</summary>
internal static class Phrasing
{
    /// <summary>The filled template, still with a small first letter.</summary>
    /// <param name="template">A template.</param>
    /// <param name="subject">Whom it is about.</param>
    /// <param name="value">The value; may be empty where the template has none.</param>
    /// <param name="pronoun">Whether the subject has just been named, so that a pronoun will do.</param>
    public static string Fill(string template, Entity subject, string value, bool pronoun)
    {
        pronoun &= !KeepsName(template, subject);
        StringBuilder text = new(template.Length + 32);
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '{')
            {
                text.Append(template[i]);
                continue;
            }

            int end = template.IndexOf('}', i);
            text.Append(template.AsSpan(i + 1, end - i - 1) switch
            {
                "S" => pronoun ? subject.Pronoun : subject.InSentence,
                "S's" => pronoun ? subject.PossessivePronoun : Words.Possessive(subject.InSentence),
                "O" => pronoun ? subject.ObjectPronoun : subject.InSentence,
                "he" => subject.Pronoun,
                "his" => subject.PossessivePronoun,
                "him" => subject.ObjectPronoun,
                "V" => value,
                "A" => Words.WithArticle(value),
                _ => throw new InvalidOperationException($"unknown slot in \"{template}\""),
            });
            i = end;
        }

        return text.ToString();
    }

    // "The portrait of her" and "people travel to it" are no English: there the name stays.
    private static bool KeepsName(string template, Entity subject)
    {
        int slot = template.IndexOf("{O}", StringComparison.Ordinal);
        ReadOnlySpan<char> before = slot < 0 ? "" : template.AsSpan(0, slot);
        return before.EndsWith("of ") || (subject.Pronoun == "it" && (before.EndsWith("at ") || before.EndsWith("to ") || before.EndsWith("in ") || before.EndsWith("from ") || before.EndsWith("for ")));
    }
}

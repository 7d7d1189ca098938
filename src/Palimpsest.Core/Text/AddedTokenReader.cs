using Palimpsest.Text.Normalization;

namespace Palimpsest.Text;

/// <summary>Reads the added tokens of a tokenizer file.</summary>
internal static class AddedTokenReader
{
    /// <summary>The longest content: looking for a token takes at most its length at every place of the text.</summary>
    public const int MaximumLength = 1_000;

    public static List<AddedToken> Read(JsonPart file, Normalizer? normalizer)
    {
        List<AddedToken> tokens = [];
        if (file.Find("added_tokens") is not JsonPart list)
            return tokens;
        HashSet<string> contents = new(StringComparer.Ordinal);
        HashSet<int> ids = [];
        foreach (JsonPart item in list.AsItems())
        {
            item.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            string content = item.Text("content");
            if (content.Length > MaximumLength)
                throw item.Error($"has {content.Length} characters; the longest supported is {MaximumLength}");
            int id = item.Number("id", 0, VocabularyReader.MaximumId);
            if (!contents.Add(content) || !ids.Add(id))
                throw item.Error($"repeats the content \"{content}\" or the id {id}");
            bool special = item.Flag("special", false), normalized = item.Flag("normalized", !special);
            tokens.Add(new AddedToken
            {
                Id = id,
                Content = content,
                Spelling = normalized && normalizer is not null ? normalizer.Apply(content) : content,
                SingleWord = item.Flag("single_word", false),
                StripLeft = item.Flag("lstrip", false),
                StripRight = item.Flag("rstrip", false),
                Normalized = normalized,
                Special = special,
            });
        }

        return tokens;
    }
}

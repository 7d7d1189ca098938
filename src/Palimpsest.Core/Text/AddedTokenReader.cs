using Palimpsest.Text.Normalization;

namespace Palimpsest.Text;

/// <summary>Reads the added tokens of a tokenizer file and of the files beside it.</summary>
/// <remarks>
/// The ids are those that the library gives (tokenizers, <c>added_vocabulary.rs</c>), not those of the list: a content of the model's vocabulary keeps its id
/// there, others are counted on from the
/// size of the vocabulary in the order of the list, and a token that is listed again is the first one.
/// </remarks>
internal sealed class AddedTokenReader(Vocabulary vocabulary, Normalizer? normalizer)
{
    /// <summary>The longest content: looking for a token takes at most its length at every place of the text.</summary>
    public const int MaximumLength = 1_000;

    private static readonly string[] s_keys = ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private int _next = vocabulary.Count;

    /// <summary>The tokens so far, in order.</summary>
    public List<AddedToken> Tokens { get; } = [];

    /// <summary>Adds a list of tokens with all that is known of them.</summary>
    public void Add(JsonPart list)
    {
        foreach (JsonPart item in list.AsItems())
        {
            item.Number("id", 0, VocabularyReader.MaximumId);
            Add(item, again: true);
        }
    }

    /// <summary>Adds a token with all that is known of it.</summary>
    /// <param name="item">The token.</param>
    /// <param name="again">Whether one that is there already must be the same; if not it stays as it is.</param>
    public void Add(JsonPart item, bool again)
    {
        item.AllowOnly(s_keys);
        string content = item.Text("content");
        if (content.Length > MaximumLength)
        {
            throw item.Error($"has {content.Length} characters; the longest supported is {MaximumLength}");
        }

        bool special = item.Flag("special", false), normalized = item.Flag("normalized", !special);
        AddedToken token = new()
        {
            Id = 0,
            Content = content,
            Spelling = normalized && normalizer is not null ? normalizer.Apply(content) : content,
            SingleWord = item.Flag("single_word", false),
            StripLeft = item.Flag("lstrip", false),
            StripRight = item.Flag("rstrip", false),
            Normalized = normalized,
            Special = special,
        };
        if (again && _byContent.TryGetValue(content, out AddedToken? first) && first with { Id = 0 } != token)
        {
            throw item.Error($"repeats the token \"{content}\" with other flags. Keep one of the two");
        }

        Add(token, item);
    }

    /// <summary>Adds a special token that only its content is known of.</summary>
    public void AddSpecial(string content, JsonPart place) => Add(new AddedToken { Id = 0, Content = content, Spelling = content, Special = true }, place);

    private void Add(AddedToken token, JsonPart place)
    {
        // The library passes over tokens without a content.
        if (token.Content.Length == 0 || _byContent.ContainsKey(token.Content))
        {
            return;
        }

        int id = vocabulary.IdOf(token.Content) ?? _next++;
        if (id > VocabularyReader.MaximumId)
        {
            throw place.Error($"would get the id {id}; the largest is {VocabularyReader.MaximumId}");
        }

        _byContent.Add(token.Content, token with { Id = id });
        Tokens.Add(_byContent[token.Content]);
    }
}

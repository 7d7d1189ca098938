using System.Text;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Text.Bpe;
using Palimpsest.Text.Patterns;
using Palimpsest.Text.PostProcessing;
using Palimpsest.Text.PreTokenization;
using Palimpsest.Text.Unigram;
using Palimpsest.Text.Words;

namespace Palimpsest.Text;

/// <summary>Turns text into token ids and back, by a Hugging Face <c>tokenizer.json</c> with a model of type BPE, WordPiece, WordLevel or Unigram.</summary>
/// <remarks>
/// The ids are meant to equal those of the Hugging Face <c>tokenizers</c> library. What a file asks for and this class does not know is refused when it is loaded, by name.
/// Offsets are not supported; <c>truncation</c> and <c>padding</c> of the file are not applied, so a text keeps all its ids until
/// <see cref="Cut"/> is asked for.
/// Immutable and safe for use by several threads: share one instance.
/// </remarks>
public sealed class Tokenizer
{
    private readonly TokenizerFiles _files;
    private readonly TokenizerParts _parts;
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher _normalized;
    private readonly Dictionary<int, AddedToken> _addedById = [];
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);

    private Tokenizer(TokenizerFiles files, Func<BpeModel, BpeModel>? change = null)
    {
        _files = files;
        _parts = TokenizerReader.Read(files);
        if (change is not null)
            _parts = _parts with { Model = change((BpeModel)_parts.Model) };
        _raw = new AddedTokenMatcher([.. _parts.AddedTokens.Where(token => !token.Normalized)]);
        _normalized = new AddedTokenMatcher([.. _parts.AddedTokens.Where(token => token.Normalized)]);
        VocabularySize = _parts.Model.Vocabulary.Size;
        foreach (AddedToken token in _parts.AddedTokens)
        {
            _addedById[token.Id] = token;
            _addedIds.Add(token.Content, token.Id);
            VocabularySize = Math.Max(VocabularySize, token.Id + 1);
        }

        BeginToken = Role("bos_token");
        EndToken = Role("eos_token");
        PadToken = Role("pad_token");
        UnknownToken = Role("unk_token");
        int[] behind = [.. _parts.PostProcessor?.Behind ?? []];
        Ending = EndToken is int end && !behind.AsSpan().EndsWith([end]) ? [.. behind, end] : behind;
        MaskToken = Role("mask_token");
    }

    /// <summary>The highest id and one, added tokens included; ids in between may be unused.</summary>
    public int VocabularySize { get; }

    /// <summary>How texts are cut into tokens: BPE, Unigram, WordPiece or WordLevel.</summary>
    public string Kind => _parts.Model switch
    {
        BpeModel => "BPE",
        UnigramModel => "Unigram",
        WordPieceModel => "WordPiece",
        _ => "WordLevel",
    };

    /// <summary>The id of <c>bos_token</c> in <c>tokenizer_config.json</c> or <c>special_tokens_map.json</c>, or null when neither names one.</summary>
    public int? BeginToken { get; }

    /// <summary>The id of <c>eos_token</c>, as for <see cref="BeginToken"/>.</summary>
    public int? EndToken { get; }

    /// <summary>The id of <c>pad_token</c>, as for <see cref="BeginToken"/>.</summary>
    public int? PadToken { get; }

    /// <summary>The id of <c>unk_token</c>, as for <see cref="BeginToken"/>.</summary>
    public int? UnknownToken { get; }

    /// <summary>What ends a text: what the post-processor puts behind it, and the end token, once.</summary>
    internal IReadOnlyList<int> Ending { get; }

    /// <summary>The id of <c>mask_token</c>, as for <see cref="BeginToken"/>.</summary>
    public int? MaskToken { get; }

    /// <summary>What stands beside <c>tokenizer.json</c> and is not read, a sentence each.</summary>
    public IReadOnlyList<string> Notes => _parts.UnknownSettings.Count == 0 ? []
        : [$"{Path.Combine(Place, TokenizerFiles.Config)}: the settings {string.Join(", ", _parts.UnknownSettings)} are not known and not read."];

    /// <summary>The text of <c>tokenizer.json</c> as it was loaded.</summary>
    public string Json => Encoding.UTF8.GetString(_files.Find(TokenizerFiles.Main)!);

    /// <summary>What to call the folder of the files in messages.</summary>
    internal string Place => Path.GetDirectoryName(_files.Name) ?? "";

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="folderOrFile">A Hugging Face folder, or a <c>tokenizer.json</c>; <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> beside it are read when they are there.</param>
    /// <exception cref="PalimpsestException">A file is missing, is malformed, or asks for something that is not supported; the message names file and place.</exception>
    public static Tokenizer Load(string folderOrFile) => new(TokenizerFiles.Read(folderOrFile));

    /// <summary>Makes a tokenizer from the text of a file.</summary>
    /// <param name="json">The content of <c>tokenizer.json</c>.</param>
    /// <param name="configJson">The content of <c>tokenizer_config.json</c>, which says which token begins a text, ends it, pads and stands for the unknown; without it these are null.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Load"/>.</exception>
    public static Tokenizer Parse(string json, string? configJson = null) => new(TokenizerFiles.Of(json, configJson));

    /// <summary>Makes a tokenizer whose model says more than a file can, such as merges that share a rank.</summary>
    internal static Tokenizer Parse(string json, string configJson, Func<BpeModel, BpeModel> change) => new(TokenizerFiles.Of(json, configJson), change);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; lone surrogates are read as U+FFFD.</param>
    /// <param name="addSpecialTokens">Adds what the file's post-processor asks for, such as the token that begins a text.</param>
    /// <param name="specialTokensAsText">Reads the spelling of a special token inside the text as ordinary text. Use it for text from outside, which could otherwise end a turn or begin another.</param>
    /// <exception cref="PalimpsestException">A pattern of the file takes too many steps on this text, or a normalizer makes it too long.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true, bool specialTokensAsText = false)
    {
        List<int> ids = EncodeText(text, specialTokensAsText);
        return [.. addSpecialTokens && _parts.PostProcessor is not null ? _parts.PostProcessor.Apply(ids) : ids];
    }

    /// <summary>The ids of a text that goes on, such as a prompt: as <see cref="Encode"/> gives them, but without what the post-processor puts behind a
    /// text.</summary>
    /// <param name="text">As for <see cref="Encode"/>.</param>
    /// <param name="specialTokensAsText">As for <see cref="Encode"/>.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Encode"/>.</exception>
    public int[] EncodePrompt(string text, bool specialTokensAsText = false)
    {
        List<int> ids = EncodeText(text, specialTokensAsText);
        return [.. _parts.PostProcessor is null ? ids : _parts.PostProcessor.ApplyBefore(ids)];
    }

    /// <summary>The ids of two texts in one row, with types.</summary>
    /// <param name="first">The first text, as for <see cref="Encode"/>.</param>
    /// <param name="second">The second text.</param>
    /// <param name="addSpecialTokens">Adds what the file's post-processor puts around and between two texts.</param>
    /// <param name="specialTokensAsText">Reads special tokens inside the texts as ordinary text.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Encode"/>.</exception>
    public EncodedPair EncodePair(string first, string second, bool addSpecialTokens = true, bool specialTokensAsText = false) =>
        (_parts.PostProcessor ?? PostProcessor.None).Apply(EncodeText(first, specialTokensAsText), EncodeText(second, specialTokensAsText), addSpecialTokens);

    /// <summary>The ids of a text that is too long: it loses as much as is needed, and what the post-processor puts around it stays.</summary>
    /// <param name="ids">What <see cref="Encode"/> gave, special tokens added.</param>
    /// <param name="length">Most ids that remain.</param>
    /// <returns>The end is cut off, or the beginning where <c>tokenizer_config.json</c> says <c>"truncation_side": "left"</c>.</returns>
    /// <exception cref="PalimpsestException">The length has no room for what stands around a text.</exception>
    public int[] Cut(int[] ids, int length)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int before = _parts.PostProcessor?.Before ?? 0, behind = _parts.PostProcessor?.Behind.Count() ?? 0, over = ids.Length - length;
        return over <= 0 ? ids
            : length < before + behind
                ? throw new PalimpsestException($"{_files.Name}: {length} tokens have no room for the {before + behind} that stand around every text.")
            : _parts.CutsLeft ? [.. ids[..before], .. ids[(before + over)..]]
            : [.. ids[..(ids.Length - behind - over)], .. ids[(ids.Length - behind)..]];
    }

    /// <summary>The text of ids.</summary>
    /// <param name="ids">Any ids; those outside the vocabulary are left out, and bytes that are not valid UTF-8 become U+FFFD.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        List<string> tokens = new(ids.Length);
        foreach (int id in ids)
        {
            if (_addedById.TryGetValue(id, out AddedToken? added))
            {
                if (!(skipSpecialTokens && added.Special))
                    tokens.Add(added.Spelling);
            }
            else if (_parts.Model.Vocabulary.TokenOf(id) is string token)
            {
                tokens.Add(token);
            }
        }

        if (_parts.Decoder is null)
            return string.Join(' ', tokens);
        _parts.Decoder.Apply(tokens);
        return string.Concat(tokens);
    }

    /// <summary>A decoder for ids that arrive one by one.</summary>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public DecodeStream DecodeStream(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    /// <summary>The id of a token in the spelling of the vocabulary (<c>Ġthe</c>, not <c> the</c>), or null.</summary>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _addedIds.TryGetValue(token, out int id) ? id : _parts.Model.Vocabulary.IdOf(token);
    }

    /// <summary>The token of an id in the spelling of the vocabulary, or null for an id that is not in use.</summary>
    public string? TokenOf(int id) => _addedById.TryGetValue(id, out AddedToken? added) ? added.Content : _parts.Model.Vocabulary.TokenOf(id);

    /// <summary>True for a token that <see cref="Decode"/> leaves out by default.</summary>
    public bool IsSpecial(int id) => _addedById.TryGetValue(id, out AddedToken? added) && added.Special;

    /// <summary>Writes <c>tokenizer.json</c>, and the files that lay beside it, byte for byte as they were read; <c>special_tokens_map.json</c> where there was
    /// none, for those who look for roles there.</summary>
    /// <param name="folder">Is made if it is missing.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written to.</exception>
    public void Save(string folder)
    {
        _files.Save(folder);
        if (_files.Find(TokenizerFiles.SpecialMap) is null && _parts.Roles.Count > 0)
        {
            JsonObject map = new(_parts.Roles.Select(role => KeyValuePair.Create(role.Key, (JsonNode?)role.Value)));
            AtomicFile.WriteText(Path.Combine(folder, TokenizerFiles.SpecialMap), map.ToJsonString(TokenizerWriter.Json) + "\n");
        }
    }

    /// <summary>The bytes of a file that the tokenizer was read with, without a byte order mark; null if it was not there.</summary>
    internal byte[]? FindFile(string name) => _files.Find(name) is byte[] bytes ? bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes : null;

    /// <summary>The names of the files that the tokenizer was read with.</summary>
    internal IEnumerable<string> FileNames => _files.Names;

    private int? Role(string role) => _parts.Roles.TryGetValue(role, out string? token) ? IdOf(token) : null;

    private List<int> EncodeText(string text, bool specialTokensAsText)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = CodePoints.WithoutLoneSurrogates(text);
        List<int> ids = new((text.Length / 3) + 4);
        foreach (AddedTokenMatcher.Part part in _raw.Cut(text, specialTokensAsText))
        {
            if (part.Token is not null)
                ids.Add(part.Token.Id);
            else
                EncodeNormalized(part.End - part.Start == text.Length ? text : text[part.Start..part.End], atStart: part.Start == 0, specialTokensAsText, ids);
        }

        return ids;
    }

    private void EncodeNormalized(string text, bool atStart, bool specialTokensAsText, List<int> ids)
    {
        if (_parts.Normalizer is not null)
            text = _parts.Normalizer.Apply(text);
        foreach (AddedTokenMatcher.Part part in _normalized.Cut(text, specialTokensAsText))
        {
            if (part.Token is not null)
                ids.Add(part.Token.Id);
            else
                EncodePieces(part.End - part.Start == text.Length ? text : text[part.Start..part.End], atStart && part.Start == 0, ids);
        }
    }

    private void EncodePieces(string text, bool atStart, List<int> ids)
    {
        PieceText pieces = new(text, atStart);
        _parts.PreTokenizer?.Apply(pieces);
        foreach (TextMatch piece in pieces.Pieces)
            _parts.Model.Encode(pieces[piece], ids);
    }
}

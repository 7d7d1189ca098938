using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Batches for unlearning: the forget rows set the pace, each comes once in a pass over them, in a new order every pass, and brings one retain row
/// with
/// it that is drawn uniformly from all.</summary>
/// <remarks>Every draw depends on the number of the batch or of the pass alone, so that a place is a number.</remarks>
public sealed class ForgetRetainBatches : IBatchSource<ForgetRetainBatch>
{
    private readonly IReadOnlyList<TokenSequence> _forget;
    private readonly IReadOnlyList<TokenSequence>? _retain;
    private readonly Func<int, RandomStream, IReadOnlyList<TokenSequence>>? _alternates;
    private readonly RandomStream _random;
    private readonly int _size;
    private (long Pass, int[] Items) _order = (-1, []);
    private long _batch;

    /// <summary>Batches from the start.</summary>
    /// <param name="forget">Rows that are to be forgotten.</param>
    /// <param name="retain">Rows that are to stay; null where the method knows none.</param>
    /// <param name="batchSize">Forget rows of a batch; at most all of them are taken.</param>
    /// <param name="random">All draws.</param>
    /// <param name="alternates">Gives other answers to a forget row's prompt, the same number for each; null where the method knows none.</param>
    public ForgetRetainBatches(IReadOnlyList<TokenSequence> forget, IReadOnlyList<TokenSequence>? retain, int batchSize, RandomStream random,
        Func<int, RandomStream, IReadOnlyList<TokenSequence>>? alternates = null)
    {
        _forget = forget ?? throw new ArgumentNullException(nameof(forget));
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _random = random ?? throw new ArgumentNullException(nameof(random));
        (_retain, _alternates, _size) = (retain, alternates, Math.Min(batchSize, forget.Count));
        if (forget.Count == 0 || retain is { Count: 0 })
        {
            throw new PalimpsestException("There is nothing to forget, or nothing to keep. Add examples.");
        }
    }

    /// <inheritdoc/>
    public ForgetRetainBatch Next()
    {
        int[] items = [.. Enumerable.Range(0, _size).Select(i => Item((_batch * _size) + i))];
        RandomStream draws = _random.Child("draws", Text(_batch));
        TokenBatch forget = TokenBatch.Of([.. items.Select(item => _forget[item])]);
        TokenBatch? retain = _retain is null ? null : TokenBatch.Of([.. items.Select(_ => _retain[draws.NextInt(_retain.Count)])]);
        TokenBatch? alternates = null;
        if (_alternates is not null)
        {
            IReadOnlyList<TokenSequence>[] others = [.. items.Select(item => _alternates(item, draws))];
            if (others.Any(answers => answers.Count != others[0].Count || answers.Count == 0))
            {
                throw new PalimpsestException("Some forget rows have more other answers than others, or none. Give the same number for each.");
            }

            alternates = TokenBatch.Of([.. Enumerable.Range(0, others[0].Count).SelectMany(k => others.Select(answers => answers[k]))]);
        }

        _batch++;
        return new ForgetRetainBatch(forget, retain, alternates);
    }

    /// <inheritdoc/>
    public string SaveCursor() =>
        JsonSerializer.Serialize(new ForgetRetainCursor(_batch, _forget.Count, _retain?.Count ?? 0), ForgetRetainJson.Default.ForgetRetainCursor);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        ForgetRetainCursor? found = null;
        try
        {
            found = JsonSerializer.Deserialize(cursor, ForgetRetainJson.Default.ForgetRetainCursor);
        }
        catch (JsonException)
        {
            // The same as one of other data.
        }

        if (found is null || found.Forget != _forget.Count || found.Retain != (_retain?.Count ?? 0) || found.Batch < 0)
        {
            throw new PalimpsestException("The saved place in the batches does not fit the forget and retain sets. They have changed; start the run anew.");
        }

        _batch = found.Batch;
    }

    private int Item(long number)
    {
        (long pass, int place) = (number / _forget.Count, (int)(number % _forget.Count));
        if (_order.Pass != pass)
        {
            _order = (pass, [.. Enumerable.Range(0, _forget.Count)]);
            _random.Child("order", Text(pass)).Shuffle(_order.Items.AsSpan());
        }

        return _order.Items[place];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A place in <see cref="ForgetRetainBatches"/>, with the sizes of the sets it belongs to.</summary>
internal sealed record ForgetRetainCursor(long Batch, int Forget, int Retain);

/// <summary>JSON of <see cref="ForgetRetainCursor"/> without reflection.</summary>
[JsonSerializable(typeof(ForgetRetainCursor))]
internal sealed partial class ForgetRetainJson : JsonSerializerContext;

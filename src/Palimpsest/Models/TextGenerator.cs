using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Continues token sequences, several at a time, with a key-value cache.</summary>
public static class TextGenerator
{
    /// <summary>Continues each prompt until an end token or the limit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Token ids, none of them empty; shorter ones are padded on the left and masked.</param>
    /// <param name="options">How tokens are chosen.</param>
    /// <param name="random">Every sequence draws from a child of its own, so a prompt's continuation does not depend on its neighbours' draws.</param>
    /// <param name="stop">Ends the generation early.</param>
    /// <returns>The new tokens of each prompt, without the end token.</returns>
    /// <exception cref="PalimpsestException">A prompt is empty or leaves no room in the model's context.</exception>
    public static int[][] Generate(CausalModel model, IReadOnlyList<int[]> prompts, SamplingOptions options, RandomStream random, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        model.RequireLanguageModel();
        int batch = prompts.Count;
        if (batch == 0)
        {
            return [];
        }

        int longest = prompts.Max(prompt => prompt.Length);
        if (prompts.Any(prompt => prompt.Length == 0) || longest >= model.Config.ContextLength)
        {
            throw new PalimpsestException($"A prompt must have at least 1 and at most {model.Config.ContextLength - 1} tokens for this model; here are prompts of {prompts.Min(prompt => prompt.Length)} to {longest}.");
        }

        int capacity = Math.Min(model.Config.ContextLength, longest + options.MaxNewTokens);
        int[] padding = [.. prompts.Select(prompt => longest - prompt.Length)];
        RandomStream[] streams = [.. Enumerable.Range(0, batch).Select(row => random.Child(row.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
        List<int>[] results = [.. Enumerable.Range(0, batch).Select(_ => new List<int>())];
        bool[] finished = new bool[batch];

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using KeyValueCache cache = new(model.Config.Layers, batch, model.Config.KeyValueHeads, capacity, model.Config.HeadWidth, model.Context.ScalarType, model.Context.Device);
        long[] input = new long[batch * longest];
        for (int row = 0; row < batch; row++)
        {
            for (int i = 0; i < prompts[row].Length; i++)
            {
                input[(row * longest) + padding[row] + i] = prompts[row][i];
            }
        }

        bool padded = padding.Any(count => count > 0);
        int width = longest;
        while (cache.Length < capacity && !stop.IsCancellationRequested)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor ids = tensor(input, [batch, width], device: model.Context.Device);
            AttentionScope attention = new(Positions(padding, cache.Length, width), padded ? Mask(padding, cache.Length, width, model.Context.Device) : null, cache);
            Tensor hidden = model.Hidden(ids, attention).narrow(1, width - 1, 1); // [batch, 1, width]
            Tensor logits = model.Logits(hidden).to(CPU).contiguous(); // [batch, 1, vocabulary]
            ReadOnlySpan<float> scores = MemoryMarshal.Cast<byte, float>(logits.bytes);
            int vocabulary = scores.Length / batch;
            input = new long[batch];
            for (int row = 0; row < batch; row++)
            {
                int token = TokenSampler.Choose(scores.Slice(row * vocabulary, vocabulary), options, streams[row]);
                finished[row] |= options.StopAtEnd && model.Config.EndTokens.Contains(token);
                if (!finished[row])
                {
                    results[row].Add(token);
                    finished[row] = results[row].Count >= options.MaxNewTokens;
                }

                input[row] = token;
            }

            width = 1;
            if (finished.All(done => done))
            {
                break;
            }
        }

        return [.. results.Select(result => result.ToArray())];
    }

    /// <summary>Positions count from the first real token of each row.</summary>
    internal static int[] Positions(int[] padding, int past, int width)
    {
        int[] positions = new int[padding.Length * width];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Math.Max(0, past + (i % width) - padding[i / width]);
        }

        return positions;
    }

    /// <summary>[batch, 1, width, past + width]: a token sees the real tokens up to itself.</summary>
    internal static Tensor Mask(int[] padding, int past, int width, Device device)
    {
        int keys = past + width;
        float[] mask = new float[padding.Length * width * keys];
        for (int row = 0; row < padding.Length; row++)
        {
            for (int query = 0; query < width; query++)
            {
                for (int key = 0; key < keys; key++)
                {
                    mask[(((row * width) + query) * keys) + key] = key < padding[row] || key > past + query ? AttentionScope.Hidden : 0f;
                }
            }
        }

        return tensor(mask, [padding.Length, 1, width, keys], device: device);
    }
}

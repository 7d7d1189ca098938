using System.Diagnostics;
using System.Numerics.Tensors;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Palimpsest.Benchmarks;

/// <summary>llama.cpp, through LLamaSharp, on the same file with the same tokens: the yardstick of decoding.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private readonly string _path;
    private readonly int _threads;
    private readonly LLamaWeights _weights;

    public LlamaCpp(string path, int threads)
    {
        (_path, _threads) = (path, threads);
        _weights = LLamaWeights.LoadFromFile(Parameters(1, 512));
    }

    public static string Version => $"LLamaSharp {FileVersionInfo.GetVersionInfo(typeof(LLamaWeights).Assembly.Location).ProductVersion}";

    /// <summary>Loads the library, which then says nothing; before anything else.</summary>
    public static void Start()
    {
        NativeLibraryConfig.All.WithLogCallback((_, _) => { });
        NativeApi.llama_empty_call();
    }

    /// <summary>Writes a model in another type, unpacking blocks where it must.</summary>
    public static void Quantise(string source, string target, LLamaFtype type, int threads)
    {
        // LLamaSharp's own method knows fewer types.
        LLamaModelQuantizeParams options = LLamaModelQuantizeParams.Default();
        (options.ftype, options.nthread, options.allow_requantize, options.quantize_output_tensor) = (type, threads, true, true);
        if (NativeApi.llama_model_quantize(source, target, ref options) != 0)
        {
            throw new PalimpsestException($"llama.cpp could not write {target} as {type}.");
        }
    }

    /// <summary>Tokens per second of greedy steps behind the prompt.</summary>
    public double Rate(int[] prompt, int batch, int steps)
    {
        using LLamaContext context = _weights.CreateContext(Parameters(batch, batch * (prompt.Length + steps + 1)));
        LLamaToken[] next = [.. Enumerable.Range(0, batch).Select(sequence => Fed(context, prompt, sequence))];
        LLamaBatch tokens = new();
        int[] places = new int[batch];
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < steps; step++)
        {
            tokens.Clear();
            for (int sequence = 0; sequence < batch; sequence++)
            {
                places[sequence] = tokens.Add(next[sequence], prompt.Length + step, (LLamaSeqId)sequence, logits: true);
            }

            Check(context.Decode(tokens));
            for (int sequence = 0; sequence < batch; sequence++)
            {
                next[sequence] = TensorPrimitives.IndexOfMax<float>(context.NativeHandle.GetLogitsIth(places[sequence]));
            }
        }

        return batch * steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds for a prompt, up to the scores of the next token.</summary>
    public double Prompt(int[] ids)
    {
        using LLamaContext context = _weights.CreateContext(Parameters(1, ids.Length + 8));
        long start = Stopwatch.GetTimestamp();
        Fed(context, ids, 0);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _weights.Dispose();

    private static LLamaToken Fed(LLamaContext context, int[] ids, int sequence)
    {
        LLamaBatch tokens = new();
        int last = 0;
        for (int at = 0; at < ids.Length; at += (int)context.BatchSize)
        {
            tokens.Clear();
            int end = Math.Min(ids.Length, at + (int)context.BatchSize);
            for (int i = at; i < end; i++)
            {
                last = tokens.Add(ids[i], i, (LLamaSeqId)sequence, logits: i == ids.Length - 1);
            }

            Check(context.Decode(tokens));
        }

        return TensorPrimitives.IndexOfMax<float>(context.NativeHandle.GetLogitsIth(last));
    }

    private static void Check(DecodeResult result)
    {
        if (result != DecodeResult.Ok)
        {
            throw new PalimpsestException($"llama.cpp could not decode: {result}.");
        }
    }

    private ModelParams Parameters(int sequences, int length) =>
        new(_path) { ContextSize = (uint)length, SeqMax = (uint)sequences, Threads = _threads, BatchThreads = _threads, BatchSize = 512, UBatchSize = 512 };
}

using System.Diagnostics;
using System.Text;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Text;

namespace Palimpsest.Benchmarks;

/// <summary>How fast tokenizers cut 10 MB of the embedded world's general text, on one thread.</summary>
internal static class TokenizeBenchmark
{
    private const int Bytes = 10_000_000;

    public static void Run(string[] folders)
    {
        List<string> texts = [];
        long bytes = 0;
        for (int i = 0; bytes < Bytes; i++)
        {
            TextExample example = World.V1.General(i);
            texts.Add(example.Prompt + example.Completion);
            bytes += Encoding.UTF8.GetByteCount(texts[^1]);
        }

        foreach (string folder in folders)
        {
            Tokenizer tokenizer = Tokenizer.Load(folder);
            texts.Take(200).ToList().ForEach(text => tokenizer.Encode(text)); // compiles
            using Process process = Process.GetCurrentProcess();
            TimeSpan before = process.TotalProcessorTime;
            long start = Stopwatch.GetTimestamp(), tokens = texts.Sum(text => (long)tokenizer.Encode(text).Length);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            process.Refresh();
            double processor = (process.TotalProcessorTime - before).TotalSeconds;
            Console.WriteLine($"{Path.GetFileName(folder.TrimEnd('/')),-20} {tokenizer.Kind,-10} {bytes / seconds / 1e6:F1} MB/s, {tokens / seconds / 1e6:F2} M tokens/s ({bytes / processor / 1e6:F1} MB for a second of processor time)");
        }
    }
}

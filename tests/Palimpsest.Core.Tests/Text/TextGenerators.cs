using System.Text;
using CsCheck;

namespace Palimpsest.Tests.Text;

/// <summary>Texts of scalar values: plain words, marks, letters of many scripts, and anything that Unicode has.</summary>
internal static class TextGenerators
{
    public static Gen<string> Scalars { get; } = Gen.Frequency(
            (6, Gen.Int['a', 'f']),
            (3, Gen.Char[" \n\r\t'.<|>"].Select(c => (int)c)),
            (1, Gen.Int['0', '9']),
            (2, Gen.Int[0xA0, 0x370]),
            (1, Gen.OneOf(Gen.Int[0, 0xD7FF], Gen.Int[0xE000, 0xFFFF])),
            (1, Gen.Int[0x10000, 0x10FFFF]))
        .Array[0, 40].Select(codePoints => string.Concat(codePoints.Select(codePoint => new Rune(codePoint).ToString())));
}

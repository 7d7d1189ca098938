namespace Palimpsest.Text.Patterns;

/// <summary>Turns a parsed pattern into a row of instructions.</summary>
internal sealed class RegexCompiler
{
    private const int MaximumInstructions = 20_000;
    private readonly List<RegexInstruction> _code = [];
    private int _emitted;

    /// <summary>How many marks the code uses.</summary>
    public int Registers { get; private set; }

    public IReadOnlyList<RegexInstruction> Code => _code;

    /// <summary>Adds a part with its end, and gives the place where it starts.</summary>
    public int Add(RegexNode part)
    {
        int start = _code.Count;
        Emit(part);
        Put(new RegexInstruction(RegexOperation.Match));
        return start;
    }

    private void Emit(RegexNode node)
    {
        // Counted apart from the instructions: ((){1000}){1000} emits none and would still take for ever.
        if (++_emitted > MaximumInstructions * 10)
            throw new FormatException($"it needs more than {MaximumInstructions} steps");
        switch (node)
        {
            case RegexNode.OneOf one:
                Put(new RegexInstruction(RegexOperation.One, one));
                break;
            case RegexNode.Row row:
                foreach (RegexNode part in row.Parts)
                    Emit(part);
                break;
            case RegexNode.Either either:
                EmitEither(either);
                break;
            case RegexNode.Loop loop:
                EmitLoop(loop);
                break;
            case RegexNode.Look look:
                EmitEnclosed(new RegexInstruction(RegexOperation.Look, Low: look.Negative ? 1 : 0, High: look.Behind ? Width(look.Part) : 0), look.Part);
                break;
            case RegexNode.Atomic atomic:
                EmitEnclosed(new RegexInstruction(RegexOperation.Atomic), atomic.Part);
                break;
            case RegexNode.Anchor anchor:
                Put(new RegexInstruction(RegexOperation.Anchor, Low: anchor.Kind));
                break;
        }
    }

    private void EmitEither(RegexNode.Either either)
    {
        List<int> exits = [];
        for (int i = 0; i < either.Parts.Count - 1; i++)
        {
            int fork = Put(new RegexInstruction(RegexOperation.Fork));
            Emit(either.Parts[i]);
            exits.Add(Put(new RegexInstruction(RegexOperation.Jump)));
            Aim(fork);
        }

        Emit(either.Parts[^1]);
        exits.ForEach(Aim);
    }

    private void EmitLoop(RegexNode.Loop loop)
    {
        RegexNode part = loop.Part is RegexNode.Row { Parts.Count: 1 } row ? row.Parts[0] : loop.Part;
        if (part is RegexNode.OneOf one)
        {
            Put(new RegexInstruction(RegexOperation.Run, one, Low: loop.Minimum, High: loop.Maximum < 0 ? int.MaxValue : loop.Maximum, Greed: loop.Greed));
            return;
        }

        if (loop.Greed == RegexGreed.Possessive)
        {
            EmitEnclosed(new RegexInstruction(RegexOperation.Atomic), loop with { Greed = RegexGreed.Greedy });
            return;
        }

        for (int i = 0; i < loop.Minimum; i++)
            Emit(part);
        RegexOperation fork = loop.Greed == RegexGreed.Lazy ? RegexOperation.ForkAway : RegexOperation.Fork;
        if (loop.Maximum < 0)
        {
            int register = Registers++;
            int start = Put(new RegexInstruction(fork));
            Put(new RegexInstruction(RegexOperation.Mark, Low: register));
            Emit(part);
            Put(new RegexInstruction(RegexOperation.Progress, Low: register));
            Put(new RegexInstruction(RegexOperation.Jump, Target: start));
            Aim(start);
            return;
        }

        List<int> exits = [];
        for (int i = loop.Minimum; i < loop.Maximum; i++)
        {
            exits.Add(Put(new RegexInstruction(fork)));
            Emit(part);
        }

        exits.ForEach(Aim);
    }

    private void EmitEnclosed(RegexInstruction opening, RegexNode part)
    {
        int start = Put(opening);
        Emit(part);
        Put(new RegexInstruction(RegexOperation.Match));
        Aim(start);
    }

    private int Put(RegexInstruction instruction)
    {
        if (_code.Count == MaximumInstructions)
            throw new FormatException($"it needs more than {MaximumInstructions} steps");
        _code.Add(instruction);
        return _code.Count - 1;
    }

    private void Aim(int instruction) => _code[instruction] = _code[instruction] with { Target = _code.Count };

    // How many code points a look behind must go back; it has to be one number, and small.
    private static int Width(RegexNode node)
    {
        long width = node switch
        {
            RegexNode.OneOf => 1,
            RegexNode.Row row => row.Parts.Sum(part => (long)Width(part)),
            RegexNode.Either either when either.Parts.Select(Width).Distinct().Count() == 1 => Width(either.Parts[0]),
            RegexNode.Loop loop when loop.Minimum == loop.Maximum => loop.Minimum * (long)Width(loop.Part),
            RegexNode.Atomic atomic => Width(atomic.Part),
            RegexNode.Look or RegexNode.Anchor => 0,
            _ => throw new FormatException("a look behind of variable length is not supported"),
        };
        return width <= 255 ? (int)width : throw new FormatException("a look behind of more than 255 characters is not supported");
    }
}

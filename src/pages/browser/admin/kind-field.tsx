/** The field by which a kind of event is chosen. */
import { SelectField } from "../kit/fields.tsx";
import { eventGroups, type EventKind, isEventKind, kindName, kindsOf } from "./event-kinds.ts";
import { say } from "./words.ts";

/** `onChange` is told undefined for all kinds. */
export function KindField({
  kind = "",
  onChange,
}: {
  readonly kind?: EventKind | "" | undefined;
  readonly onChange?: (kind: EventKind | undefined) => void;
}) {
  return (
    <SelectField
      name="kind"
      label={say("kind")}
      defaultValue={kind}
      onChange={({ currentTarget: { value } }) =>
        onChange?.(isEventKind(value) ? value : undefined)
      }
    >
      <option value="">{say("allKinds")}</option>
      {eventGroups.map((group) => (
        <optgroup key={group} label={say(`group_${group}`)}>
          {kindsOf(group).map((each) => (
            <option key={each} value={each}>
              {kindName(each)}
            </option>
          ))}
        </optgroup>
      ))}
    </SelectField>
  );
}

"""The window for headset and sound: headset or desk phone, devices for talking and for ringing, volumes, meters, the test tone. Changes of devices and
volumes take effect at once, in a talk too.
"""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QWidget,
)

from agent_app.model.desk.view import AudioView, DeskView
from agent_app.model.sound.phone_messages import SoundDevice
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.fmt import one_line
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import ParagraphLabel, across, named, rows

PARTS = ("speaker", "microphone", "ring")
METER_FLOOR = -60
PERCENT = 100
SILENT = "none"
HEADSET, DESK_PHONE = 0, 1
"""Indexes in the list of phones."""
NAME_MAX = 32


class AudioDialog(DeskDialog):
    def __init__(self, desk: DeskPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.voice_label, self.voice, self.phone_name = QLabel(), QComboBox(), QLineEdit()
        self.labels = {part: QLabel() for part in PARTS}
        self.volume_labels = {part: QLabel() for part in PARTS}
        self.devices = {part: QComboBox() for part in PARTS}
        self.volumes = {part: QSlider(Qt.Orientation.Horizontal) for part in PARTS}
        self.meters = {part: QProgressBar() for part in PARTS[:2]}
        self.tone, self.ring_tone, self.lost = QPushButton(), QPushButton(), ParagraphLabel("warn")
        self.hint = ParagraphLabel("muted")
        self._connect()
        foot = across(self.tone, self.ring_tone, None, self.close_button)
        self.setLayout(rows(self._voices(), self.lost, self._grid(), self.hint, foot, margin=24, gap=12))
        self.setMinimumWidth(letters(self.font(), 104))
        self.redraw()

    def _voices(self) -> QHBoxLayout:
        self.voice.addItems(["", ""])
        self.voice.activated.connect(self._choose_voice)
        self.phone_name.setMaxLength(NAME_MAX)
        self.phone_name.editingFinished.connect(self._name_phone)
        self.voice_label.setBuddy(self.voice)
        line = across(self.voice_label, self.voice, self.phone_name, gap=12)
        line.setStretch(2, 1)
        return line

    def _choose_voice(self, at: int) -> None:
        """Chooses the headset at once, a desk phone when its name has been typed."""
        self.phone_name.setVisible(at == DESK_PHONE)
        if at == HEADSET:
            self._desk.use_desk_phone("")
        else:
            self.phone_name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _name_phone(self) -> None:
        if self.voice.currentIndex() == DESK_PHONE and self.phone_name.text().strip():
            self._desk.use_desk_phone(self.phone_name.text())

    def _connect(self) -> None:
        for part in PARTS:
            combo, slider = self.devices[part], self.volumes[part]
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(28)
            combo.activated.connect(
                lambda _at, part=part: self._desk.use_devices(**{part: self.devices[part].currentData()})
            )
            slider.setRange(0, 2 * PERCENT)
            slider.setPageStep(10)
            slider.setValue(PERCENT)
            slider.valueChanged.connect(lambda value, part=part: self._desk.set_volumes(**{part: value / PERCENT}))
            self.labels[part].setBuddy(combo)
            self.volume_labels[part].setBuddy(slider)
        for meter in self.meters.values():
            meter.setRange(METER_FLOOR, 0)
            meter.setTextVisible(False)
            meter.setFixedHeight(8)
        self.tone.clicked.connect(lambda _checked=False: self._desk.test_tone())
        self.ring_tone.clicked.connect(lambda _checked=False: self._desk.test_tone(on_ring=True))

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for at, part in enumerate(PARTS):
            line = at * 3
            grid.addWidget(self.labels[part], line, 0)
            grid.addWidget(self.devices[part], line, 1)
            grid.addWidget(self.volume_labels[part], line, 2)
            grid.addWidget(self.volumes[part], line, 3)
            if part in self.meters:
                grid.addWidget(self.meters[part], line + 1, 1)
            grid.setRowMinimumHeight(line + 2, 8)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 2)
        return grid

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        audio, old = view.audio, None if was is None else was.audio
        if was is None or (view.desk_phone, view.needs_password) != (was.desk_phone, was.needs_password):
            self._show_voice(view)
        if old is None or audio.devices != old.devices or self._chosen(audio) != self._chosen(old):
            self._show_devices(audio)
        for part, factor in zip(PARTS, (audio.speaker_volume, audio.microphone_volume, audio.ring_volume), strict=True):
            with QSignalBlocker(self.volumes[part]):
                self.volumes[part].setValue(round(factor * PERCENT))
        for part, level in zip(PARTS, (audio.speaker_level, audio.microphone_level), strict=False):
            self.meters[part].setValue(max(METER_FLOOR, min(0, round(level))))
        self.lost.setVisible(bool(audio.lost_device))
        self.lost.say(self.tr("“{name}” was unplugged.").format(name=one_line(audio.lost_device)))

    def _show_voice(self, view: DeskView) -> None:
        by_phone, free = bool(view.desk_phone), view.needs_password
        self.voice.setCurrentIndex(DESK_PHONE if by_phone else HEADSET)
        if by_phone or not free:
            self.phone_name.setText(view.desk_phone)
        self.phone_name.setVisible(by_phone)
        for part in (self.voice, self.phone_name):
            part.setEnabled(free)
        hint = self.tr("Who talks for this desk") if free else self.tr("Log out first: a log-in names the phone")
        named(self.voice, self.tr("Voice by"), hint)
        named(self.phone_name, self.tr("Desk phone's name"), self.tr("As it registers at the switch, like front-07"))
        for widget in (*self.devices.values(), *self.volumes.values(), self.tone, self.ring_tone):
            widget.setEnabled(not by_phone)

    def showEvent(self, event: QEvent) -> None:  # noqa: N802
        self._desk.meters(on=True)
        super().showEvent(event)  # type: ignore[arg-type]

    def hideEvent(self, event: QEvent) -> None:  # noqa: N802
        self._desk.meters(on=False)
        super().hideEvent(event)  # type: ignore[arg-type]

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Headset and sound"))
        self.voice_label.setText(self.tr("&Voice by"))
        self.voice.setItemText(HEADSET, self.tr("This computer's headset"))
        self.voice.setItemText(DESK_PHONE, self.tr("Desk phone"))
        self.phone_name.setPlaceholderText(self.tr("Its name"))
        texts = (self.tr("&Headphones"), self.tr("&Microphone"), self.tr("&Ring on"))
        volumes = (self.tr("Volume &1"), self.tr("Volume &2"), self.tr("Volume &3"))
        for part, text, volume in zip(PARTS, texts, volumes, strict=True):
            name = text.replace("&", "")
            self.labels[part].setText(text)
            self.volume_labels[part].setText(volume)
            named(self.devices[part], name, self.tr("Device: {name}").format(name=name))
            named(self.volumes[part], self.tr("Volume: {name}").format(name=name), self.tr("0 to 200 percent"))
        for part, meter in self.meters.items():
            meter.setAccessibleName(self.tr("Level: {name}").format(name=self.devices[part].accessibleName()))
        self.tone.setText(self.tr("&Test tone"))
        self.ring_tone.setText(self.tr("Test tone where it r&ings"))
        named(
            self.tone, self.tr("Test tone"), self.tr("A second of 1 kHz in the headphones; speak and watch the meter")
        )
        named(self.ring_tone, self.tr("Test tone where it rings"), self.tr("A second of 1 kHz on the ringing device"))
        self.hint.say(
            self.tr("After the test tone the microphone's meter runs for five seconds: speak, and it should move.")
        )

    def _chosen(self, audio: AudioView) -> tuple[str, str, str]:
        return audio.speaker, audio.microphone, audio.ring

    def _show_devices(self, audio: AudioView) -> None:
        for part, chosen in zip(PARTS, self._chosen(audio), strict=True):
            combo = self.devices[part]
            combo.clear()
            combo.addItem(self.tr("The system's default"), "")
            if part == "ring":
                combo.addItem(self.tr("Silent"), SILENT)
            for device in audio.devices:
                if _fits(device, part):
                    combo.addItem(one_line(device.name), device.id)
            combo.setCurrentIndex(max(0, combo.findData(chosen)))


def _fits(device: SoundDevice, part: str) -> bool:
    return device.inputs > 0 if part == "microphone" else device.outputs > 0

"""Regions in XMP, as they are written by others: exiftool writes them where it is there."""

from __future__ import annotations

import shutil
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mediakit.model import Size
from mediakit.photo.open import open_photo
from mediakit.photo.regions import focus_of
from mediakit.presets.schema import Limits

STORED = Size(400, 200)


def packet(body):
    return ElementTree.fromstring(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:m="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:a="http://ns.adobe.com/xmp/sType/Area#">'
        f"<rdf:Description>{body}</rdf:Description></rdf:RDF>"
    )


def iptc(boundary, role="mainSubjectArea"):
    uri = f"http://cv.iptc.org/newscodes/imageregionrole/{role}"
    return packet(
        f'<e:ImageRegion><rdf:Bag><rdf:li rdf:parseType="Resource">{boundary}<e:rRole><rdf:Bag><rdf:li'
        f' rdf:parseType="Resource"><xmp:Identifier><rdf:Bag><rdf:li>{uri}</rdf:li></rdf:Bag></xmp:Identifier></rdf:li>'
        "</rdf:Bag></e:rRole></rdf:li></rdf:Bag></e:ImageRegion>"
    )


RECTANGLE = (
    '<e:RegionBoundary e:rbShape="rectangle" e:rbUnit="relative" e:rbX="0.1" e:rbY="0.2" e:rbW="0.3" e:rbH="0.4"/>'
)
PIXELS = (
    '<e:RegionBoundary rdf:parseType="Resource"><e:rbShape>rectangle</e:rbShape><e:rbUnit>pixel</e:rbUnit><e:rbX>40</e:rbX>'
    "<e:rbY>40</e:rbY><e:rbW>120</e:rbW><e:rbH>80</e:rbH></e:RegionBoundary>"
)
CIRCLE = '<e:RegionBoundary e:rbShape="circle" e:rbUnit="relative" e:rbX="0.5" e:rbY="0.5" e:rbRx="0.1"/>'
POLYGON = (
    '<e:RegionBoundary e:rbShape="polygon" e:rbUnit="relative"><e:rbVertices><rdf:Seq><rdf:li e:rbX="0.1" e:rbY="0.2"/>'
    '<rdf:li e:rbX="0.4" e:rbY="0.3"/><rdf:li e:rbX="0.2" e:rbY="0.6"/></rdf:Seq></e:rbVertices></e:RegionBoundary>'
)


@pytest.mark.parametrize("boundary", [RECTANGLE, PIXELS, POLYGON])
def test_a_subject_area_is_read_in_every_form(boundary):
    assert focus_of([iptc(boundary)], STORED, 1) == pytest.approx((0.1, 0.2, 0.3, 0.4))


def test_a_circle_is_round_in_pixels():
    assert focus_of([iptc(CIRCLE)], STORED, 1) == pytest.approx((0.4, 0.3, 0.2, 0.4))


def test_other_roles_say_nothing():
    assert focus_of([iptc(RECTANGLE, "copyrightRegion")], STORED, 1) == ()


@pytest.mark.parametrize("boundary", ["", "<e:RegionBoundary/>", '<e:RegionBoundary e:rbX="a" e:rbY="1"/>'])
def test_a_region_that_makes_no_sense_is_left_out(boundary):
    assert focus_of([iptc(boundary)], STORED, 1) == ()


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [(1, (0.1, 0.2, 0.3, 0.4)), (3, (0.6, 0.4, 0.3, 0.4)), (6, (0.4, 0.1, 0.4, 0.3)), (8, (0.2, 0.6, 0.4, 0.3))],
)
def test_stored_places_are_turned_to_shown_ones(orientation, shown):
    assert focus_of([iptc(RECTANGLE)], STORED, orientation) == pytest.approx(shown)


def test_named_faces_are_kept_without_those_in_the_background():
    def face(x, y, size, kind="Face", name="Lin"):
        return (
            f'<rdf:li><rdf:Description m:Type="{kind}" m:Name="{name}"><m:Area a:x="{x}" a:y="{y}" a:w="{size}" a:h="{size}"'
            ' a:unit="normalized"/></rdf:Description></rdf:li>'
        )

    faces = (
        face(0.2, 0.3, 0.2)
        + face(0.5, 0.3, 0.2)
        + face(0.9, 0.9, 0.05)
        + face(0.8, 0.8, 0.4, name="")
        + face(0.8, 0.8, 0.4, "Focus")
    )
    tree = packet(
        f"<m:Regions><rdf:Description><m:RegionList><rdf:Bag>{faces}</rdf:Bag></m:RegionList></rdf:Description></m:Regions>"
    )
    assert focus_of([tree], STORED, 1) == pytest.approx((0.06, 0.1, 0.58, 0.34))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not there to write regions")
def test_what_exiftool_writes_is_read(tmp_path):
    file = tmp_path / "tagged.jpg"
    Image.fromarray(np.full((200, 400, 3), 90, np.uint8)).save(file)
    region = (
        "{RegionBoundary={RbShape=rectangle,RbUnit=relative,RbX=0.1,RbY=0.2,RbW=0.3,RbH=0.4},"
        "RRole=[{Identifier=[http://cv.iptc.org/newscodes/imageregionrole/mainSubjectArea]}]}"
    )
    subprocess.run(["exiftool", "-q", f"-XMP-iptcExt:ImageRegion={region}", str(file)], check=True, timeout=60)
    assert open_photo(file, Limits()).meta.focus == pytest.approx((0.1, 0.2, 0.3, 0.4))
    area = "{Area={X=0.5,Y=0.5,W=0.2,H=0.4,Unit=normalized},Type=Face,Name=Lin}"
    mwg = f"{{AppliedToDimensions={{W=400,H=200,Unit=pixel}},RegionList=[{area}]}}"
    subprocess.run(
        ["exiftool", "-q", "-XMP-iptcExt:ImageRegion=", f"-RegionInfo={mwg}", str(file)], check=True, timeout=60
    )
    assert open_photo(file, Limits()).meta.focus == pytest.approx((0.36, 0.1, 0.28, 0.68))

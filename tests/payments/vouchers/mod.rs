//! Vouchers: their pools, their lives, those who take them, and those who guess.

mod books;
mod guesses;
mod lives;
pub mod merchants;
mod once;
mod pools;

use rangkai_proto::payments::v1::{
    ActivateVoucherRequest, CancelVoucherRequest, CreatePoolRequest, FundPoolRequest,
    GetVoucherRequest, IssuedVoucher, Merchant, Pool, PreactivateVouchersRequest,
    RedeemVoucherRequest, Redemption, RegisterMerchantRequest, Voucher,
};
use rangkai_testkit::fresh;
use tonic::Status;

use super::support::{Desk, House, rupiah};

/// An agency with a funded pool, and a merchant who takes its vouchers.
pub struct Shop {
    pub desk: Desk,
    pub pool: Pool,
    pub merchant: Merchant,
}

impl Shop {
    /// A shop of the social ministry, whose pool holds Rp1,000,000.
    pub async fn open(house: &House) -> anyhow::Result<Self> {
        Self::of(house.agency("kemensos")?).await
    }

    /// A shop of whoever sits at `desk`.
    pub async fn of(desk: Desk) -> anyhow::Result<Self> {
        let pool = desk.pool("sembako").await?;
        let pool = desk.fund(&pool, 1_000_000).await?;
        let merchant = desk.merchant("Warung Bu Siti", &["sembako"]).await?;
        Ok(Self { desk, pool, merchant })
    }

    /// An activated voucher.
    pub async fn voucher(&self, rupiahs: i64, pin: &str) -> Result<IssuedVoucher, Status> {
        let issued = self.desk.vouchers_of(&self.pool, rupiahs, 1).await?.remove(0);
        let voucher = self.desk.activate(serial(&issued), pin).await?;
        Ok(IssuedVoucher { voucher: Some(voucher), ..issued })
    }

    /// Redeems a voucher at the shop, all of it if no amount is named.
    pub async fn redeem(
        &self,
        number: &str,
        pin: &str,
        rupiahs: Option<i64>,
    ) -> Result<Redemption, Status> {
        self.desk.redeem(self.redemption(number, pin, rupiahs)).await
    }

    pub fn redemption(
        &self,
        number: &str,
        pin: &str,
        rupiahs: Option<i64>,
    ) -> RedeemVoucherRequest {
        RedeemVoucherRequest {
            request_id: fresh(),
            number: number.to_owned(),
            pin: pin.to_owned(),
            merchant_id: self.merchant.merchant_id.clone(),
            amount: rupiahs.map(rupiah),
        }
    }
}

impl Desk {
    pub async fn pool(&self, code: &str) -> Result<Pool, Status> {
        let answer = self.pools.clone().create_pool(new_pool(code)).await?;
        Ok(answer.into_inner().pool.unwrap())
    }

    pub async fn fund(&self, pool: &Pool, rupiahs: i64) -> Result<Pool, Status> {
        let request = FundPoolRequest {
            request_id: fresh(),
            pool_id: pool.pool_id.clone(),
            amount: Some(rupiah(rupiahs)),
            document: fresh(),
            ..FundPoolRequest::default()
        };
        Ok(self.pools.clone().fund_pool(request).await?.into_inner().pool.unwrap())
    }

    pub async fn vouchers_of(
        &self,
        pool: &Pool,
        rupiahs: i64,
        count: i32,
    ) -> Result<Vec<IssuedVoucher>, Status> {
        let request = preactivation(&pool.pool_id, rupiahs, count);
        Ok(self.vouchers.clone().preactivate_vouchers(request).await?.into_inner().vouchers)
    }

    pub async fn activate(&self, serial: &str, pin: &str) -> Result<Voucher, Status> {
        let (request_id, serial_number) = (fresh(), serial.to_owned());
        let request = ActivateVoucherRequest { request_id, serial_number, pin: pin.to_owned() };
        Ok(self.vouchers.clone().activate_voucher(request).await?.into_inner().voucher.unwrap())
    }

    pub async fn cancel_voucher(&self, serial: &str) -> Result<Voucher, Status> {
        let (request_id, serial_number) = (fresh(), serial.to_owned());
        let request = CancelVoucherRequest { request_id, serial_number };
        Ok(self.vouchers.clone().cancel_voucher(request).await?.into_inner().voucher.unwrap())
    }

    pub async fn show_voucher(&self, serial: &str) -> Result<Voucher, Status> {
        let request = GetVoucherRequest { serial_number: serial.to_owned() };
        Ok(self.vouchers.clone().get_voucher(request).await?.into_inner().voucher.unwrap())
    }

    pub async fn redeem(&self, request: RedeemVoucherRequest) -> Result<Redemption, Status> {
        let answer = self.vouchers.clone().redeem_voucher(request).await?;
        Ok(answer.into_inner().redemption.unwrap())
    }

    pub async fn merchant(&self, name: &str, groups: &[&str]) -> Result<Merchant, Status> {
        let request = new_merchant(name, groups);
        Ok(self.merchants.clone().register_merchant(request).await?.into_inner().merchant.unwrap())
    }
}

pub fn new_pool(code: &str) -> CreatePoolRequest {
    let (request_id, currency_code) = (fresh(), "IDR".to_owned());
    CreatePoolRequest { request_id, code: code.to_owned(), currency_code }
}

pub fn new_merchant(name: &str, groups: &[&str]) -> RegisterMerchantRequest {
    RegisterMerchantRequest {
        request_id: fresh(),
        name: name.to_owned(),
        bank_details: "BRI 0123-01-000001-50-9".to_owned(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    }
}

pub fn preactivation(pool_id: &str, rupiahs: i64, count: i32) -> PreactivateVouchersRequest {
    PreactivateVouchersRequest {
        request_id: fresh(),
        pool_id: pool_id.to_owned(),
        amount: Some(rupiah(rupiahs)),
        count,
        valid_for: None,
        comment: "Bantuan Siti Aminah".to_owned(),
    }
}

pub fn serial(issued: &IssuedVoucher) -> &str {
    &issued.voucher.as_ref().unwrap().serial_number
}

/// The amounts of a pool in rupiah: put in, available, outstanding, redeemed.
pub fn amounts(pool: &Pool) -> [i64; 4] {
    let [funded, available, outstanding, redeemed] =
        [&pool.funded, &pool.available, &pool.outstanding, &pool.redeemed]
            .map(|amount| amount.as_ref().unwrap().units);
    [funded, available, outstanding, redeemed]
}
